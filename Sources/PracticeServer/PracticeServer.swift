import ArgumentParser

/// An authorization server in memory, to practise on.
@main
struct PracticeServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "practice-server",
        abstract: "An OAuth authorization server in memory, to practise rotation on.",
        discussion: """
            Speaks the admin APIs and the token endpoints of Okta, Keycloak, Entra, Logto, \
            Cognito, UAA, Hydra, Gravitee AM, Google IAM, PingOne, WSO2, Auth0, \
            GitLab and authentik, on 127.0.0.1 only. Forgets everything when it ends.
            """,
        subcommands: [ServeCommand.self, StartCommand.self, StopCommand.self],
        defaultSubcommand: ServeCommand.self)
}
