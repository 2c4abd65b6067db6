import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// What becomes of messages while the journal has no room to say what became of them.
@Suite struct FullDiskAlertTests {
    private let disk = SimulatedDisk()
    private let home: Home
    private let clock = DispatchClock()
    private let factory = Channels([:])
    private let channel = ChannelSettings(
        TargetSettings(name: "ops", type: "webhook", values: [:]))

    init() throws {
        home = try Home()
        try Journal.create(
            in: disk.directory, on: disk, key: home.key, keyPath: "/nowhere",
            databaseID: "database", at: Home.start
        ).close()
    }

    private func fill() { disk.fail(at: disk.operations + 1, .full, isForever: true) }

    private func alert(_ subject: String) -> Alert {
        Alert(
            .rotationHeld, about: subject, code: "c", title: "t", detail: "d", standing: "s",
            next: "n", since: Home.start)
    }

    /// The end of one run, which opened the journal and sees this; what came of the channel.
    @discardableResult
    private func run(
        seeing subjects: String..., fillingUp isFilling: Bool = false
    ) async throws -> AlertDispatch.Result? {
        clock.pass(.minutes(5))
        let journal = try Journal.open(in: disk.directory, on: disk)
        defer { try? journal.close() }
        let slate = try #require(AlertSlate(in: home.directory))
        let traits = ChannelTraits(name: "ops", minSeverity: .info, isRefreshed: false)
        try journal.note(
            AlertSighting(subjects.map(alert)), for: [traits], by: AlertRules(), at: clock.now())
        if isFilling { fill() }
        return try await AlertDispatch(
            journal, slate, through: factory, clock: clock, random: FixedRandom()
        ).run([channel]).first
    }

    private var told: [String] {
        factory.messages(to: "ops").map { "\($0.alert.subject) \($0.event.rawValue)" }
    }

    @Test func `what arrived isn't sent again, however many runs find the disk full`() async throws
    {
        let first = try await run(seeing: "R1", fillingUp: true)
        #expect(first?.unrecorded?.contains("full") == true)
        #expect(told == ["R1 firing"])
        for _ in 0..<20 {
            // There was room for everything before that, and then there is none.
            disk.restart()
            let again = try await run(seeing: "R1", fillingUp: true)
            #expect(again?.unrecorded?.contains("full") == true)
        }
        #expect(told == ["R1 firing"])
        disk.restart()
        let last = try await run(seeing: "R1")
        #expect(last?.unrecorded == nil)
        #expect(told == ["R1 firing"])
        try await run()
        #expect(told == ["R1 firing", "R1 resolved"])
        let slate = try #require(AlertSlate(in: home.directory))
        #expect(slate.unrecorded.isEmpty)
    }

    @Test func `what didn't arrive by then is sent once there is room`() async throws {
        try await run(seeing: "R1", "R2", "R3", fillingUp: true)
        // Where nothing can be kept, one is enough.
        #expect(told == ["R1 firing"])
        disk.restart()
        try await run(seeing: "R1", "R2", "R3")
        #expect(told == ["R1 firing", "R2 firing", "R3 firing"])
        try await run(seeing: "R1", "R2", "R3")
        #expect(told.count == 3)
    }

    @Test func `what a full disk keeps from being noted is noted by the next run`() async throws {
        fill()
        await #expect(throws: JournalFailure.self) { try await run(seeing: "R1") }
        #expect(told.isEmpty)
        disk.restart()
        try await run(seeing: "R1")
        #expect(told == ["R1 firing"])
    }

    @Test func `what arrived is remembered beside what was said without a journal`() throws {
        let slate = try #require(AlertSlate(in: home.directory))
        let word = AlertSlate.Word(alert: alert("journal"), told: ["ops": Home.start])
        slate.write([word])
        slate.remember(unrecorded: (0..<200).map { "database-\($0)" })
        #expect(slate.read() == [word])
        #expect(slate.unrecorded.count == 64 && slate.unrecorded.contains("database-199"))
        slate.write([])
        slate.forget(unrecorded: ["database-199"])
        #expect(slate.unrecorded.count == 63 && slate.read().isEmpty)
        // What doesn't fit is forgotten, and nothing else.
        let long = AlertSlate.Word(
            alert: alert(String(repeating: "x", count: 9_000)), told: [:])
        slate.write([long])
        #expect(slate.unrecorded.count == 63 && slate.read().isEmpty)
    }
}
