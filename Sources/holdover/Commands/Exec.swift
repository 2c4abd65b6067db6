import ArgumentParser
import ClientCredentials

/// `holdover exec`: a command with a token in its environment.
struct Exec: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a command with an access token in its environment.",
        discussion: """
            The token comes from where `holdover token` has it from. The command takes
            holdover's place, so that its signals and its exit code are its own; with
            --file-env holdover stays to remove the file, passes signals on and ends as
            the command does. Variables that lead to secrets (a reference env:NAME, the
            plan's too) are taken away from it. The token has half of its life before
            it, or what --valid-for says, and isn't renewed while the command runs, nor
            is the file.

            Exit codes are the command's; where it wasn't run, those of holdover.

            Examples:
              holdover exec billing-api -- ./nightly-report
              holdover exec billing-api --env API_TOKEN -- terraform apply
              holdover exec billing-api --file-env TOKEN_FILE -- ./sync --all
            """)

    @OptionGroup var options: TokenOptions

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp(
            "The variable that holds the token; ACCESS_TOKEN if left out.", valueName: "name"))
    var variable: String?

    @Option(
        name: .customLong("file-env"),
        help: ArgumentHelp(
            "The variable that names a file with the token instead, for as long as it runs.",
            valueName: "name"))
    var fileVariable: String?

    @Argument(parsing: .postTerminator, help: "The command, behind `--`, and its arguments.")
    var command: [String] = []

    @OptionGroup var workspace: Workspace

    func validate() throws {
        guard !command.isEmpty else {
            throw ValidationError("there is no command: write it behind --")
        }
        if variable != nil, fileVariable != nil {
            throw ValidationError("choose one of --env and --file-env")
        }
        for name in [variable, fileVariable].compactMap(\.self) where !Self.isName(name) {
            throw ValidationError("a variable's name has letters, digits and _ only")
        }
    }

    private static func isName(_ text: String) -> Bool {
        text.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil
    }

    func run() async throws {
        // As bytes: the name of a file needn't be UTF-8, and Swift's texts are.
        var child = try ChildCommand(
            ChildCommand.typed(last: command.count), environment: .own)
        let found = try await TokenErrand(
            options: options, workspace: workspace, least: .part(0.5)
        ).run()
        for name in found.variables { child.environment[name] = nil }
        guard let fileVariable else {
            child.environment[variable ?? "ACCESS_TOKEN"] = Array(found.token.value.utf8)
            throw child.takeOver()
        }
        // Nothing ends this process from here on without the file being removed.
        SignalRelay.begin()
        let file = try TokenFile(found.token)
        child.environment[fileVariable] = Array(file.path.utf8)
        let ending: ChildCommand.Ending
        do { ending = try child.run() } catch {
            file.remove()
            throw error
        }
        file.remove()
        ending.repeatHere()
    }
}
