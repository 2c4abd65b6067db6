import Foundation
import Monitoring
import Plans
import RotationCore
import RotationEngine

/// Keeps how a run went: in the journal, and in the file that a collector reads.
///
/// A file that can't be written changes nothing of what the run came to. A journal that can't is as
/// bad at its end as before it: its disk fails.
final class RunRecorder {
    /// What the run counts.
    let meter = CallMeter()
    /// What the run drives; it keeps the lock until the end of the run is recorded.
    var engine: RotationEngine?
    /// How many plan files are wrong, once they were looked at.
    var plansWrong: Int?
    /// How many rotations couldn't be driven, once all were tried.
    var rotationsFailed: Int?

    private var isInJournal = false
    private let workspace: Workspace
    private let file: MetricsFile?
    private let clock = SystemClock()

    init(_ workspace: Workspace, metricsFile path: String?) {
        self.workspace = workspace
        let given = path ?? ProcessInfo.processInfo.environment["HOLDOVER_METRICS_FILE"]
        file = given.flatMap { $0.isEmpty ? nil : MetricsFile(path: $0) }
    }

    /// Does `work`, and records how it ended.
    ///
    /// A run that left because of another one leaves it to that one to say how things are.
    func recording(_ work: () async throws -> Void) async throws {
        let begin = clock.now()
        var ending: (any Error)?
        do { try await work() } catch { ending = error }
        let end = clock.now()
        let run = { self.run(from: begin, to: end, HoldoverExit(endingWith: $0)) }
        if HoldoverExit(endingWith: ending) != .locked {
            if let failure = keep(run(ending)) { ending = complain(of: failure, after: ending) }
            write(run(ending))
        }
        // What comes behind it, and takes its time, is done without the lock.
        engine = nil
        if let ending { throw ending }
    }

    private func run(
        from begin: Instant, to end: Instant, _ exit: HoldoverExit
    ) -> RunRecord {
        let isGood = [.success, .waiting, .changed].contains(exit)
        return RunRecord(
            startedAt: begin, endedAt: end, exitCode: exit.rawValue,
            succeededAt: isGood ? end : nil, plansWrong: plansWrong,
            rotationsFailed: rotationsFailed)
    }

    /// Puts the end of the run into the journal, unless that failed before.
    private func keep(_ run: RunRecord) -> JournalFailure? {
        guard let engine, run.exitCode != HoldoverExit.journal.rawValue else { return nil }
        do {
            try engine.record(run, adding: meter.counts(endingWith: run.exitCode))
            isInJournal = true
            return nil
        } catch {
            return error as? JournalFailure ?? JournalFailure(.damaged, "\(error)")
        }
    }

    /// What the run ends with for want of a record: of what was said already the gravest, else as
    /// it would have ended.
    private func complain(of failure: JournalFailure, after ending: (any Error)?) -> (any Error)? {
        let problem = Problem(failure, in: workspace.stateDirectory)
        if problem.exit == .journal, ending == nil || ending is Stop { return problem }
        workspace.console.warn(
            "the end of the run couldn't be recorded: \(problem.message)",
            code: "run-not-recorded",
            state: "rotations are as the run left them; what it counted is lost",
            hint: problem.hint)
        return ending
    }

    private func write(_ run: RunRecord) {
        guard let file else { return }
        do throws(MetricsFile.Failure) {
            try file.write(page(of: run).text(.prometheus))
        } catch {
            workspace.console.warn(
                "the metrics file can't be written: \(error)", code: "metrics-file",
                state: "what was there stays; the run did what it would have done without it",
                hint: "mend its folder, or name another file with --metrics-file")
        }
    }

    private func page(of run: RunRecord) -> MetricsPage {
        let opened = engine?.journal ?? (try? Journal.openForReading(in: workspace.stateDirectory))
        let standing = try? opened?.standing(at: run.endedAt)
        return MetricsPage(
            version: Holdover.versionNumber, now: run.endedAt, standing: standing,
            isFrozen: (try? opened?.freeze()) != nil, run: run,
            counts: isInJournal ? [:] : meter.counts(endingWith: run.exitCode))
    }
}

extension HoldoverExit {
    /// What a command leaves with that ends with `error`, by the same words as ``Holdover/main()``.
    init(endingWith error: (any Error)?) {
        self =
            switch error {
            case nil: .success
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
