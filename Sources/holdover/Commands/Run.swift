import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine
import Synchronization

/// `holdover run`: what cron calls.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Start what is due and advance everything that can move; for cron or a timer.",
        discussion: """
            Idempotent: kill it at any moment and run it again. A second run at the same time leaves
            at once with exit code 11.

            Examples:
              holdover run -q                      from cron, every few minutes
              holdover run --wait 10m              stay while something can move soon
              holdover run --client billing-api --until verify
              holdover run -q --metrics-file /var/lib/prometheus/node-exporter/holdover.prom
            """)

    @Flag(name: .shortAndLong, help: "Say nothing unless something is wrong.")
    var quiet = false

    @Option(help: "How many rotations move at once.")
    var jobs = 32

    @Option(
        help: ArgumentHelp(
            "Stop behind this step: generate, distribute, verify, revoke, monitor.",
            valueName: "step"))
    var until: String?

    @Option(help: "Only this client.")
    var client: String?

    @Option(
        help: ArgumentHelp(
            "Stay this long for rotations that can move soon, such as 10m.", valueName: "time"))
    var wait: String?

    @Flag(help: "Start nothing; only advance what is under way.")
    var noStart = false

    @Flag(help: "Exit with 10 where something moved, and with 5 where all wait on a gate.")
    var detailedExitcode = false

    @Option(
        help: ArgumentHelp(
            "Write metrics here at the end (HOLDOVER_METRICS_FILE), for a textfile collector.",
            valueName: "file"))
    var metricsFile: String?

    @OptionGroup var workspace: Workspace

    func validate() throws {
        if jobs < 1 { throw ValidationError("--jobs takes a number from 1") }
        if let until, Step(rawValue: until) == nil || until == Step.rollback.rawValue {
            throw ValidationError("--until takes generate, distribute, verify, revoke or monitor")
        }
        if let wait, Span(wait) == nil { throw ValidationError("--wait takes a time such as 10m") }
    }

    func run() async throws {
        let recorder = RunRecorder(workspace, metricsFile: metricsFile)
        try await RunWatch(workspace).follow { watch in
            try await recorder.recording { try await drive(recorder, watchedBy: watch) }
        }
    }

    private func drive(_ recorder: RunRecorder, watchedBy watch: RunWatch) async throws {
        let begin = ContinuousClock.now
        let http = CountedHTTP(connections: max(64, jobs))
        let engine = try await workspace.engine(through: http, measuredBy: recorder.meter)
        recorder.engine = engine
        watch.opened(engine.journal)
        let stop = StopSignal()
        stop.listen()
        let problems = try noteAndStart(engine)
        watch.saw(problems)
        recorder.plansWrong = Set(problems.map(\.file)).count
        try Self.check(client, in: engine.journal)
        let now = SystemClock().now()
        let deadline = wait.flatMap { Span($0) }.map { now + $0 } ?? Instant(milliseconds: 0)
        let hasMoved = Moved()
        let timeline = Timeline(console: workspace.console, isQuiet: quiet)
        let options = RunOptions(
            jobs: jobs, stop: until.flatMap(Step.init(rawValue:)), deadline: deadline,
            client: client.map(ClientName.init(rawValue:)), isStopping: { stop.isSet },
            observe: { news in
                if news.event != nil { hasMoved.set() }
                timeline.tell(news)
            })
        let report: RunReport
        do { report = try await engine.run(options: options) } catch let failure as JournalFailure {
            throw Problem(failure, in: workspace.stateDirectory)
        }
        watch.saw(report, since: now)
        if client == nil, !stop.isSet { recorder.rotationsFailed = report.failed.count }
        if workspace.json {
            let took = begin.duration(to: .now)
            workspace.console.line(
                JSONText.line(RunView(report, requests: http.count, took: took)))
        }
        // What stands still is said at every run, not only at one that looked at it: between two
        // attempts nothing is well again.
        let stopped = try engine.journal.stopped(for: HoldoverExit.stoppingReasons).filter {
            report.driven[$0.id] == nil && report.failed[$0.id] == nil
                && (client ?? $0.client.rawValue) == $0.client.rawValue
        }
        try conclude(report, stopped, problems, stop)
        guard detailedExitcode else { return }
        if hasMoved.isSet { throw Stop(exit: .changed) }
        if try engine.journal.nextMove() != nil { throw Stop(exit: .waiting) }
    }

    /// A misspelt client must not look like one that is fine.
    private static func check(_ client: String?, in journal: Journal) throws {
        guard let client, try journal.client(ClientName(rawValue: client)) == nil,
            try journal.latest(of: ClientName(rawValue: client)) == nil
        else { return }
        throw try Problem(unknownClient: client, in: journal)
    }

    /// Takes note of edited plans, and starts what is due.
    ///
    /// A wrong plan keeps its own clients from starting, and no others.
    private func noteAndStart(_ engine: RotationEngine) throws -> [PlanProblem] {
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let random = SystemRandom()
        let now = SystemClock().now()
        var problems = try shelf.note(in: engine.journal, at: now) { random.fraction() }
        if noStart { return problems }
        let due = try engine.due().filter { client == nil || client == $0.name.rawValue }
        var plans: [(plan: Plan, digest: String)] = []
        for (file, clients) in Dictionary(grouping: due, by: \.planFile) {
            let names = Set(clients.map(\.name))
            do {
                let meant = try shelf.plans(named: file).filter { names.contains($0.plan.client) }
                let open = meant.filter { $0.plan.schedule?.isOpen(at: now) ?? true }
                plans += open.map { ($0.plan, PlanDigest(of: $0.plan).rawValue) }
            } catch let errors as PlanErrors { problems += errors.problems }
        }
        plans.sort { $0.plan.client.rawValue < $1.plan.client.rawValue }
        // One that a person started meanwhile is under way already, which is as well.
        if !plans.isEmpty { _ = try engine.start(plans, trigger: "schedule") }
        return problems
    }

    private func conclude(
        _ report: RunReport, _ stopped: [Rotation], _ problems: [PlanProblem], _ stop: StopSignal
    ) throws {
        let console = workspace.console
        let looked = (stopped + report.driven.values).sorted { $0.id.rawValue < $1.id.rawValue }
        var codes = looked.compactMap(HoldoverExit.verdict)
        looked.compactMap(Problem.init).forEach(console.report)
        if !problems.isEmpty {
            let standing = "no client of a wrong plan is started or loses a secret; others go on"
            console.report(Problem(PlanErrors(problems), state: standing))
        }
        for (id, words) in report.failed {
            let message = "rotation \(id.rawValue): \(safeText(words, limit: 300))"
            console.report(
                Problem(
                    .failure, code: "rotation-stuck", message,
                    state: "it was left as it is; others went on",
                    hint: "holdover history --rotation \(id.rawValue)"))
            codes.append(.failure)
        }
        if !problems.isEmpty { codes.append(report.driven.isEmpty ? .usage : .partial) }
        if let gravest = HoldoverExit.gravest(codes) { throw Stop(exit: gravest) }
        if stop.isSet { throw Stop(exit: .interrupted) }
    }
}

/// Whether anything moved in a run.
final class Moved: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

/// SIGTERM and SIGINT: the first lets the present calls end and be recorded, the second doesn't.
final class StopSignal: Sendable {
    private let isRaised = Atomic<Bool>(false)

    var isSet: Bool { isRaised.load(ordering: .relaxed) }

    func listen() {
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The source lives as long as the process: its handler holds it.
            source.setEventHandler { [self] in
                withExtendedLifetime(source) {
                    let (isFirst, _) = isRaised.compareExchange(
                        expected: false, desired: true, ordering: .relaxed)
                    if !isFirst { _exit(HoldoverExit.interrupted.rawValue) }
                }
            }
            source.resume()
        }
    }
}
