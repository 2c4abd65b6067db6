import RotationCore
import RotationEngine
import RotationTesting
import Synchronization
import Testing

/// How often something was told.
private final class Told: Sendable {
    private let number = Atomic<Int>(0)
    var count: Int { number.load(ordering: .relaxed) }
    func add() { number.add(1, ordering: .relaxed) }
}

/// What a rotation commits by itself, and what it commits together.
@Suite struct SharedCommitTests {
    let scratch = Scratch()

    @Test func `a phase done by looking is committed with the next intent`() async throws {
        let world = World(.clientSupplied)
        var plan = world.plan()
        plan.probe = ProbeRule(successes: 1, window: .zero)
        plan.consumers = []
        plan.soak = .zero
        plan.overlap = .zero
        plan.watch = .zero
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(plan)

        let (commits, news) = try await drive(harness)

        #expect(try harness.look(id).state == .completed)
        let journal = try Journal.openForReading(in: harness.place.directory)
        let events = try journal.auditLines(of: id).map(\.event)
        try journal.close()
        let intents = events.count { $0.hasSuffix("-sent") }
        let phases = events.count { $0 == "phase-done" }
        // An intent and an outcome for each mutation, and the end; the other phases ride along.
        #expect(commits <= 2 * intents + 1)
        #expect(phases > intents + 1)
        #expect(news == phases)
    }

    /// Drives until nothing moves; how many commits it took, and how often it told of a phase done.
    private func drive(_ harness: Harness) async throws -> (commits: Int, news: Int) {
        var commits = 0
        let told = Told()
        for _ in 0..<10 {
            let engine = try harness.opened()
            let options = RunOptions(
                jobs: 1, observe: { news in if news.event == .done { told.add() } })
            let report = try await engine.run(options: options)
            commits += report.commits
            guard let rotation = report.driven.values.first, !rotation.state.isEnded else { break }
            harness.world.advance(to: rotation.nextAt)
        }
        return (commits, told.count)
    }
}
