import Adapters
import Foundation
import Plans
import RotationCore
import RotationEngine
import Synchronization

/// Tells people of what a run saw, once the run is over and has let go of the state directory.
///
/// Nothing here changes what a run did or its exit code, but for one thing: a run that was fine and
/// whose settings of alerts are wrong leaves with 2, since else nobody would ever hear of that.
final class RunWatch: Sendable {
    private struct Seen {
        var journal: Journal?
        var problems: [PlanProblem]?
        var failed: [RotationID: String] = [:]
        var driven: Set<RotationID> = []
    }

    private static let patience = Span.seconds(10)

    private let workspace: Workspace
    private let seen = Mutex(Seen())

    init(_ workspace: Workspace) { self.workspace = workspace }

    /// The journal is open, and not frozen.
    func opened(_ journal: Journal) { seen.withLock { $0.journal = journal } }

    /// The plan files were looked at.
    func saw(_ problems: [PlanProblem]) { seen.withLock { $0.problems = problems } }

    /// Rotations were driven, from `begin` on.
    ///
    /// One that was passed over, since the run ended or was to stop before it, has no later moment.
    func saw(_ report: RunReport, since begin: Instant) {
        let looked = report.driven.values.filter { $0.nextAt >= begin }.map(\.id)
        seen.withLock {
            $0.failed = report.failed
            $0.driven = Set(looked).union(report.failed.keys)
        }
    }

    /// Does what a run does, and then tells of it.
    func follow(_ run: (RunWatch) async throws -> Void) async throws {
        do { try await run(self) } catch {
            _ = await conclude(error)
            throw error
        }
        if let problem = await conclude(nil) { throw problem }
    }

    /// What is wrong with the settings; nil where all is well.
    private func conclude(_ error: (any Error)?) async -> Problem? {
        let problem = error.flatMap { Problem(endingRun: $0, in: workspace.stateDirectory) }
        let exit = (error as? Stop)?.exit ?? problem?.exit ?? .success
        // The run that has the lock tells; and a slip of the keyboard is nobody's business.
        guard exit != .locked, problem?.code != "no-rotation" else { return nil }
        let settings: AlertSettings?
        do throws(PlanErrors) { settings = try AlertShelf(workspace).settings() } catch {
            let wrong = Problem(error, state: "the run is over; nobody was told of anything")
            if problem != nil || exit != .success { workspace.console.report(wrong) }
            return wrong
        }
        guard let settings else { return nil }
        async let pinged: Void = ping(settings, after: exit)
        await tell(settings, of: problem, isCutShort: exit == .interrupted)
        await pinged
        return nil
    }

    private var factory: AdapterRegistry { Ports.factory() }

    /// A run that waits for what is away did what it should: the next one tries again.
    private func ping(_ settings: AlertSettings, after exit: HoldoverExit) async {
        guard let ping = settings.ping, exit != .interrupted else { return }
        let isFine = [.success, .waiting, .changed, .temporary].contains(exit)
        do throws(AdapterError) {
            try await factory.ping(ping, isFine: isFine, within: Self.patience)
        } catch { warn("ping", error) }
    }

    private func tell(
        _ settings: AlertSettings, of problem: Problem?, isCutShort: Bool
    ) async {
        let seen = seen.withLock(\.self)
        let now = SystemClock().now()
        let ended = problem.map { [Alert(ending: $0, at: now)] } ?? []
        guard let journal = seen.journal else { return await tell(settings, ended) }
        do {
            let slate = AlertSlate(in: workspace.stateDirectory)
            if let slate { try adopt(slate, into: journal, at: now) }
            let facts = try facts(seen, ended, isCutShort: isCutShort, at: now)
            let traits = settings.channels.map {
                ChannelTraits(
                    name: $0.target.name, minSeverity: $0.minSeverity,
                    isRefreshed: factory.isRefreshed($0.target.type))
            }
            let policy = AlertPolicy(settings.rules, wording: .ofCommands)
            try journal.note(
                policy.sighting(of: facts, at: now), for: traits, by: settings.rules, at: now)
            // Another process that delivers has the slate; and who was asked to stop stops.
            guard let slate, !isCutShort else { return }
            let dispatch = AlertDispatch(
                journal, slate, through: factory, clock: SystemClock(), random: SystemRandom())
            for result in try await dispatch.run(settings.channels) { report(result) }
        } catch {
            let failure = error as? JournalFailure ?? JournalFailure(.damaged, "\(error)")
            let words = Problem(failure, in: workspace.stateDirectory)
            workspace.console.warn("alerts: \(words.message)", code: words.code)
            await tell(settings, ended.isEmpty ? [Alert(ending: words, at: now)] : ended)
        }
    }

    private func facts(_ seen: Seen, _ ended: [Alert], isCutShort: Bool, at now: Instant) throws
        -> AlertFacts
    {
        guard let journal = seen.journal else { return AlertFacts(said: ended) }
        var facts = try journal.alertFacts(at: now)
        let wrong = Alert.of(seen.problems ?? [], in: workspace.plansDirectory, at: now)
        facts.said = ended + Alert.of(seen.failed, at: now) + wrong
        if seen.problems == nil { facts.unseen.insert(.planWrong) }
        // Nobody knows how it would have ended.
        if isCutShort { facts.unseen.insert(.runFailed) }
        facts.undriven = try journal.live().subtracting(seen.driven)
        return facts
    }

    /// What was said without a journal is over as soon as one sees that it is.
    private func adopt(_ slate: AlertSlate, into journal: Journal, at now: Instant) throws {
        let words = slate.read()
        guard !words.isEmpty else { return }
        try journal.adopt(words)
        slate.write([])
    }

    /// Tells without a journal: what was told, and when, is on the slate.
    private func tell(_ settings: AlertSettings, _ alerts: [Alert]) async {
        // Without a place to remember it, each run would say it again.
        guard !alerts.isEmpty, let slate = AlertSlate(in: workspace.stateDirectory) else { return }
        let crier = AlertCrier(settings, through: factory, now: { SystemClock().now() })
        let outcome = await crier.cry(alerts, after: slate.read())
        slate.write(outcome.words)
        for (channel, error) in outcome.failures { warn(channel, error) }
        for (channel, warning) in outcome.warnings { warn(channel, warning) }
    }

    private func report(_ result: AlertDispatch.Result) {
        for failure in result.failures where failure.isWorthSaying {
            warn(result.channel, failure.error)
        }
        // An address that is gone is gone for each message.
        for warning in Set(result.warnings).sorted(by: { $0.message < $1.message }) {
            warn(result.channel, warning)
        }
        if let words = result.unrecorded {
            workspace.console.warn(
                "alerts: \(result.channel): it can't be kept what was sent: \(words)",
                code: "alert-unrecorded")
        }
    }

    private func warn(_ channel: String, _ warning: Finding) {
        workspace.console.warn("alerts: \(channel): \(warning.message)", code: warning.code)
    }

    private func warn(_ channel: String, _ error: AdapterError) {
        workspace.console.warn("alerts: \(channel): \(error.message)", code: error.code)
    }
}

extension AlertDispatch.Failure {
    /// What goes away by itself is said only where it doesn't.
    fileprivate var isWorthSaying: Bool {
        switch error.kind {
        case .unavailable, .unknown: delivery.attempts >= 3
        case .unauthorized, .refused, .limitReached, .conflict, .missing, .wrongTarget: true
        }
    }
}
