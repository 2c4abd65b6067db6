import ArgumentParser
import Foundation
import HTTPTransport
import Monitoring
import RotationCore
import RotationEngine

/// Where the journal, the plans and the key are: options first, then the environment.
struct Workspace: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the journal lives (HOLDOVER_STATE_DIR, else ./state).", valueName: "dir"))
    var stateDir: String?

    @Option(
        help: ArgumentHelp(
            "Where the plans lie (HOLDOVER_PLANS_DIR, else ./plans).", valueName: "dir"))
    var plansDir: String?

    @Option(
        help: ArgumentHelp(
            "The sealing key (HOLDOVER_SEAL_KEY_FILE, else where `init` put it).",
            valueName: "file"))
    var sealKey: String?

    @Flag(help: "Print JSON: one document, or a line for each event of `run`.")
    var json = false

    @Flag(help: "Never colour the output (so does NO_COLOR).")
    var noColor = false

    private func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    var stateDirectory: String { stateDir ?? environment("HOLDOVER_STATE_DIR") ?? "state" }
    var plansDirectory: String { plansDir ?? environment("HOLDOVER_PLANS_DIR") ?? "plans" }
    var givenKeyPath: String? { sealKey ?? environment("HOLDOVER_SEAL_KEY_FILE") }

    /// Where a key goes if nobody says: the user's configuration, never the state directory.
    var defaultKeyPath: String {
        let base =
            environment("XDG_CONFIG_HOME")
            ?? (environment("HOME") ?? NSHomeDirectory()) + "/.config"
        return base + "/holdover/seal.key"
    }

    /// The state directory that `arguments` mean, for an error that no command has worded.
    static func stateDirectory(among arguments: [String]) -> String {
        let name = "--state-dir"
        let given = arguments.firstIndex(of: name).map { arguments[$0...].dropFirst().first }
        let joined = arguments.first { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
        let options = ((given ?? nil) ?? joined.map(String.init)).map { [name, $0] } ?? []
        return (try? parse(options))?.stateDirectory ?? "state"
    }

    var console: Console { Console(json: json, noColor: noColor) }

    /// The journal for looking.
    func reading() throws -> Journal {
        do { return try Journal.openForReading(in: stateDirectory) } catch let failure
            as JournalFailure
        { throw Problem(failure, in: stateDirectory) }
    }

    /// The sealing key of a journal; throws where it is another one's.
    func key(of journal: Journal) async throws -> SealingKey {
        let key = try await KeyRing(path: givenKeyPath ?? journal.keyPath).key()
        _ = try journal.sealer(with: key)
        return key
    }

    /// The engine: the lock is taken, the key is checked.
    func engine(
        through http: any HTTPClient = CountedHTTP(), measuredBy meter: CallMeter? = nil
    ) async throws -> RotationEngine {
        let adapters = Ports.factory(through: http)
        do {
            // The journal first: without one, a missing key is no wonder.
            let journal = try Journal.openForReading(in: stateDirectory)
            let keyPath = givenKeyPath ?? journal.keyPath
            try journal.close()
            let key = try await KeyRing(path: keyPath, adapters: adapters).key()
            let (shelf, random) = (PlanShelf(directory: plansDirectory), SystemRandom())
            return try RotationEngine(
                directory: stateDirectory, key: key,
                factory: meter.map { MeasuredAdapters(adapters, by: $0) } ?? adapters,
                clock: SystemClock(), random: random
            ) { client, journal in
                try shelf.noteAgain(client, in: journal, at: SystemClock().now()) {
                    random.fraction()
                }
            }
        } catch let failure as JournalFailure {
            throw Problem(failure, in: stateDirectory)
        } catch let failure as SealingFailure {
            throw Problem(failure)
        }
    }
}
