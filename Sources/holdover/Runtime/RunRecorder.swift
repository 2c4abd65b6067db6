import Foundation
import Monitoring
import Plans
import RotationCore
import RotationEngine

/// Keeps how a run went: in the journal, and in the file that a collector reads.
///
/// Whatever goes wrong here changes nothing of what the run came to.
final class RunRecorder {
    /// What the run counts.
    let meter = CallMeter()
    /// What the run drives; it keeps the lock until the end of the run is recorded.
    var engine: RotationEngine?

    private let workspace: Workspace
    private let file: MetricsFile?
    private let clock = SystemClock()

    init(_ workspace: Workspace, metricsFile path: String?) {
        self.workspace = workspace
        let given = path ?? ProcessInfo.processInfo.environment["HOLDOVER_METRICS_FILE"]
        file = given.flatMap { $0.isEmpty ? nil : MetricsFile(path: $0) }
    }

    /// Does `work`, and records how it ended.
    func recording(_ work: () async throws -> Void) async throws {
        let begin = clock.now()
        do { try await work() } catch {
            conclude(since: begin, HoldoverExit(endingWith: error))
            throw error
        }
        conclude(since: begin, .success)
    }

    /// A run that left because of another one leaves it to that one to say how things are.
    private func conclude(since begin: Instant, _ exit: HoldoverExit) {
        // What comes behind it, and takes its time, is done without the lock.
        defer { engine = nil }
        guard exit != .locked else { return }
        let end = clock.now()
        let isGood = [.success, .waiting, .changed].contains(exit)
        let run = RunRecord(
            startedAt: begin, endedAt: end, exitCode: exit.rawValue,
            succeededAt: isGood ? end : nil)
        meter.countRun(exitCode: exit.rawValue)
        let isKept = keep(run, exit)
        guard let file else { return }
        do throws(MetricsFile.Failure) {
            try file.write(page(of: run, isKept).text(.prometheus))
        } catch {
            workspace.console.warn(
                "the metrics file can't be written: \(error)", code: "metrics-file",
                state: "what was there stays; the run did what it would have done without it",
                hint: "mend its folder, or name another file with --metrics-file")
        }
    }

    /// Whether the journal has it.
    ///
    /// One that failed is not written to again.
    private func keep(_ run: RunRecord, _ exit: HoldoverExit) -> Bool {
        guard let engine, exit != .journal else { return false }
        do {
            try engine.record(run, adding: meter.counts)
            return true
        } catch {
            let problem = (error as? JournalFailure).map {
                Problem($0, in: workspace.stateDirectory)
            }
            workspace.console.warn(
                "the end of the run couldn't be recorded: \(problem?.message ?? "\(error)")",
                code: "run-not-recorded",
                state: "rotations are as the run left them; what it counted is lost",
                hint: problem?.hint ?? "holdover status")
            return false
        }
    }

    private func page(of run: RunRecord, _ isKept: Bool) -> MetricsPage {
        let opened = engine?.journal ?? (try? Journal.openForReading(in: workspace.stateDirectory))
        let standing = try? opened?.standing()
        return MetricsPage(
            version: Holdover.versionNumber, now: run.endedAt, standing: standing,
            isFrozen: (try? opened?.freeze()) != nil, run: run,
            counts: isKept ? [:] : meter.counts)
    }
}

extension HoldoverExit {
    /// What a command leaves with that ends with `error`, by the same words as ``Holdover/main()``.
    init(endingWith error: any Error) {
        self =
            switch error {
            case let problem as Problem: problem.exit
            case let stop as Stop: stop.exit
            case is PlanErrors: .usage
            case let failure as JournalFailure: Problem(failure, in: "").exit
            case is SealingFailure: .journal
            case let failure as AdapterError: Problem(failure).exit
            default: .failure
            }
    }
}
