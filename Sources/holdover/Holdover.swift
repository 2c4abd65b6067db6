import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine

/// The command.
///
/// `main` words errors and chooses exit codes for all of its subcommands.
@main
struct Holdover: AsyncParsableCommand {
    /// The number that `--version` and the metrics tell.
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "holdover",
        abstract: "Rotates OAuth client secrets without downtime.",
        discussion: """
            The old secret is held over until every consumer is proven to use the new one.

            A first rotation:
              holdover init
              holdover check plans/billing-api.yaml
              holdover start plans/billing-api.yaml
              holdover run --wait 5m
              holdover status

            From cron or a timer, every few minutes:
              holdover run -q

            Exit codes, of which the README has all:
              0 fine, or nothing due       20 a person is needed
              2 usage, or a wrong plan     22 ambiguous, look at it
              4 credential refused         75 try again later
             11 another run               130 interrupted
             12 journal or key
            """,
        version: versionNumber,
        subcommands: [
            Init.self, Check.self, Start.self, Run.self, Status.self, Explain.self, Metrics.self,
            Approve.self, Hold.self, Resume.self, Retry.self, Rollback.self, Recover.self,
            History.self, Alerts.self, Token.self, Exec.self, Servers.self, Stores.self,
            Adapter.self, Audit.self,
            GenerateDocs.self,
        ])

    static func main() async {
        _ = Inheritance.own
        do {
            var command = try parseAsRoot(Array(CommandLine.arguments.dropFirst()))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            leave(with: error)
        }
    }

    /// What was typed, without the command that `exec` is to run.
    private static var arguments: [String] {
        Array(CommandLine.arguments.dropFirst().prefix { $0 != "--" })
    }

    private static func leave(with error: any Error) -> Never {
        let arguments = arguments
        let console = Console(json: arguments.contains("--json"), noColor: false)
        switch error {
        case let problem as Problem:
            console.report(problem)
            Foundation.exit(problem.exit.rawValue)
        case let stop as Stop:
            Foundation.exit(stop.exit.rawValue)
        case let errors as PlanErrors:
            console.report(Problem(errors))
            Foundation.exit(HoldoverExit.usage.rawValue)
        case let failure as JournalFailure:
            let problem = Problem(failure, in: Workspace.stateDirectory(among: arguments))
            console.report(problem)
            Foundation.exit(problem.exit.rawValue)
        case let failure as SealingFailure:
            console.report(Problem(failure))
            Foundation.exit(HoldoverExit.journal.rawValue)
        case let failure as AdapterError:
            let problem = Problem(failure)
            console.report(problem)
            Foundation.exit(problem.exit.rawValue)
        default:
            leaveByParser(error, console, arguments)
        }
    }

    /// Help and version are no errors; wrong usage is exit code 2, as for a wrong plan.
    private static func leaveByParser(
        _ error: any Error, _ console: Console, _ arguments: [String]
    ) -> Never {
        let code = exitCode(for: error)
        if code == .success {
            console.line(fullMessage(for: error))
            Foundation.exit(code.rawValue)
        }
        let isUsage = code == .validationFailure
        let problem = Problem(
            isUsage ? .usage : .failure, code: isUsage ? "usage" : "failed", message(for: error),
            state: isUsage ? "nothing was touched" : "holdover status shows it",
            hint: hint(for: arguments))
        console.report(problem)
        Foundation.exit(problem.exit.rawValue)
    }

    /// The command that was meant, else which help to read.
    private static func hint(for arguments: [String]) -> String {
        let names = configuration.subcommands.map { $0._commandName }
        if let first = arguments.first, !first.hasPrefix("-"), !names.contains(first),
            let nearest = Nearest.match(for: first, among: names)
        {
            return "did you mean holdover \(nearest)?"
        }
        return "\(command(meantBy: arguments)) --help"
    }

    /// `holdover audit verify`: as far as the arguments name commands.
    private static func command(meantBy arguments: [String]) -> String {
        var words = ["holdover"]
        var known = configuration.subcommands
        for argument in arguments {
            guard let next = known.first(where: { $0._commandName == argument }) else { break }
            words.append(argument)
            known = next.configuration.subcommands
        }
        return words.joined(separator: " ")
    }
}

/// An exit code without words: what there was to say has been said.
struct Stop: Error {
    let exit: HoldoverExit
}
