import ArgumentParser

/// An authorization server in memory, to practise on.
@main
struct PracticeServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "practice-server",
        abstract: "An OAuth authorization server in memory, to practise rotation on.",
        discussion: """
            Speaks the admin APIs and the token endpoints of these vendors, on 127.0.0.1 only:
            \(Dialect.allCases.map(\.rawValue).joined(separator: ", ")).
            Forgets everything when it ends.
            """,
        subcommands: [ServeCommand.self, StartCommand.self, StopCommand.self],
        defaultSubcommand: ServeCommand.self)
}
