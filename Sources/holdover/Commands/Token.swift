import ArgumentParser
import ClientCredentials
import RotationCore

/// `holdover token`: an access token for a script.
struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print an access token, for a script.",
        discussion: """
            Nothing but the token goes to standard output, even if that is a terminal.
            The client is a plan's, with the secret of one of its stores, or one that
            the options name. A token that is still good comes from a cache
            (~/.cache/holdover/tokens) that only the client's secret opens. No journal
            is needed, and none is written.

            Examples:
              holdover token billing-api
              holdover token --issuer https://login.example.com --client-id billing \\
                --secret file:/etc/billing/secret --scope invoices.read
              holdover token billing-api --header | curl -H @- https://api.test/
              holdover token billing-api --introspect
            """)

    @OptionGroup var options: TokenOptions

    @Flag(help: "Print `Authorization: Bearer …`, for curl -H @-.")
    var header = false

    @Flag(help: "Print what the token says in place of it; decoded, and not verified.")
    var introspect = false

    @OptionGroup var workspace: Workspace

    func validate() throws {
        if header, introspect || workspace.json {
            throw ValidationError("--header goes with neither --introspect nor --json")
        }
    }

    func run() async throws {
        let found = try await TokenErrand(options: options, workspace: workspace).run()
        let console = workspace.console
        if introspect {
            let view = TokenClaimsView(found.token, isCached: found.isCached)
            if workspace.json { return try console.deliver(document: view) }
            return try view.lines(at: SystemClock().now()).forEach(console.deliver(_:))
        }
        if workspace.json {
            let view = TokenView(found.token, isCached: found.isCached)
            return try console.deliver(document: view)
        }
        try console.deliver(
            header ? "Authorization: Bearer \(found.token.value)" : found.token.value)
    }
}
