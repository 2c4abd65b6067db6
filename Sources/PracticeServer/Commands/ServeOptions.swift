import ArgumentParser

/// The options of a server, whether it stays in the foreground or not.
struct ServeOptions: ParsableArguments {
    @Option(help: "Port to listen on; 0 takes a free one.")
    var port = 0

    @Option(help: "JSON file with clients, settings and policies to start with.")
    var seedFile: String?

    @Option(help: "File with Okta's API token (else PRACTICE_OKTA_API_TOKEN, else made).")
    var oktaTokenFile: String?

    @Option(
        help: "File with Keycloak's admin secret (else PRACTICE_KEYCLOAK_ADMIN_SECRET, else made).")
    var keycloakSecretFile: String?

    @Option(help: "File with the control API's key (else PRACTICE_KEY, else made).")
    var keyFile: String?

    /// The same options, to hand to another process.
    var arguments: [String] {
        var arguments = ["--port", "\(port)"]
        let files = [
            ("--seed-file", seedFile), ("--okta-token-file", oktaTokenFile),
            ("--keycloak-secret-file", keycloakSecretFile), ("--key-file", keyFile),
        ]
        for case (let name, let value?) in files { arguments += [name, value] }
        return arguments
    }
}
