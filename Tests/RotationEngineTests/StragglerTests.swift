import GRDB
import RotationCore
import RotationTesting
import Testing

@testable import RotationEngine

/// Somebody whom no plan names, and who still presents the old secret once it is revoked.
@Suite struct StragglerTests {
    private var here: AnchoredHome

    init() throws {
        here = try AnchoredHome(World.Configuration.logged.watched)
        here.plan.watch = .hours(1)
    }

    private static let away = AdapterError(
        .unavailable(retryAfter: nil), code: "fake-away", message: "fake: away")
    private static let forbidden = AdapterError(
        .unauthorized, code: "fake-403", message: "fake: 403")

    private func notices() throws -> [Notice] {
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        return try journal.notices()
    }

    /// Consumers of a world fetch a token at each call, which is a storm.
    private func stragglers() throws -> [Notice] { try notices().filter { $0.kind == .straggler } }

    /// What a run would tell people of at the end.
    private func alerts() throws -> [Alert] {
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        let now = here.clock.now()
        let wording = AlertWording(
            standing: { "in \($0.state.phase?.rawValue ?? "")" }, commands: { _ in [] })
        return AlertPolicy(AlertRules(), wording: wording)
            .sighting(of: try journal.alertFacts(at: now), at: now).alerts
    }

    private func audit(_ event: String) throws -> [AuditLine] {
        let journal = try Journal.openForReading(in: here.home.directory)
        defer { try? journal.close() }
        return try journal.auditLines().filter { $0.event == event }
    }

    /// The rotation once it watches, and the run behind that.
    private func watching() async throws -> Rotation? {
        try await here.drive { $0.state == .running(.watch) }
    }

    private func next() async throws -> Rotation? {
        guard let rotation = try here.look() else { return nil }
        here.world.advance(to: rotation.nextAt)
        _ = try await here.run()
        return try here.look()
    }

    @Test func `the first run behind its first use names it`() async throws {
        #expect(try await watching()?.reason == .watching)
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        let rotation = try #require(try await next())
        #expect(rotation.state == .running(.watch) && rotation.reason == .consumerOnOldSecret)
        let detail = try #require(rotation.detail)
        #expect(detail.contains("10.9.9.9, user agent report-batch/1.4, once"))
        let notice = try #require(try stragglers().first)
        #expect(notice.kind == .straggler && notice.rotation == rotation.id && notice.count == 1)
        #expect(notice.subject == "10.9.9.9, user agent report-batch/1.4")
        #expect(try audit("straggler-seen").count == 1)
        let alert = try #require(try alerts().first { $0.severity == .critical })
        #expect(alert.kind == .oldSecretInUse && alert.subject == rotation.id.rawValue)
        #expect(alert.detail.contains("10.9.9.9, user agent report-batch/1.4, once"))
    }

    @Test mutating func `a long watch looks at each run of a timer of five minutes`() async throws {
        here.plan.watch = .hours(48)
        var rotation = try #require(try await watching())
        for _ in 0..<3 {
            #expect(rotation.nextAt <= here.clock.now() + .minutes(5) + .seconds(-20))
            rotation = try #require(try await next())
            #expect(rotation.reason == .watching)
        }
    }

    @Test func `it is counted as often as it comes, and named in the audit once`() async throws {
        _ = try await watching()
        for _ in 0..<3 {
            here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
            _ = try await next()
        }
        let notice = try #require(try stragglers().first)
        #expect(notice.count == 3 && notice.firstAt < notice.lastAt)
        #expect(try audit("straggler-seen").count == 1)
    }

    @Test func `nobody takes our own look at the old secret for a straggler`() async throws {
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
        #expect(try stragglers() == [])
        #expect(rotation.body.probedAt?.isEmpty == false, "we never asked")
        #expect(rotation.body.sight?.isComplete == true)
    }

    @Test func `the watch goes on while it is there, and is over once it isn't`() async throws {
        let start = try #require(try await watching()).body.phaseSince
        here.world.advance(to: start + .minutes(50))
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        _ = try await next()
        here.world.advance(to: start + .minutes(100))
        _ = try await here.run()
        #expect(try here.look()?.reason == .consumerOnOldSecret)
        here.world.advance(to: start + .minutes(111))
        _ = try await here.run()
        #expect(try here.look()?.state == .completed)
        let done = try #require(try audit("phase-done").first { $0.body.contains("stragglers") })
        #expect(done.body.contains("10.9.9.9"))
        // It was silent for a whole window, so that is over.
        #expect(try !alerts().contains { $0.kind == .oldSecretInUse })
    }

    @Test func `who never stops keeps a rotation from ending for three windows`() async throws {
        let start = try #require(try await watching()).body.phaseSince
        while let rotation = try here.look(), !rotation.state.isEnded {
            #expect(rotation.nextAt <= start + .hours(3))
            here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
            _ = try await next()
        }
        let end = try #require(try here.look()?.endedAt)
        #expect(end >= start + .hours(3))
        // Nobody looks any more, and nobody has said that it stopped.
        let lasting = try #require(try alerts().first { $0.kind == .oldSecretInUse })
        #expect(lasting.detail.contains("10.9.9.9") && lasting.standing.contains("is over"))
        here.world.advance(to: end + .hours(25))
        #expect(try alerts().isEmpty)
    }

    @Test(arguments: [Span.hours(1), .hours(48)])
    mutating func `whatever else a rotation waits for, who was refused is told of until silent`(
        window: Span
    ) async throws {
        here.plan.watch = window
        let id = try #require(try await watching()).id
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        let seen = here.clock.now()
        _ = try await next()
        func told() throws -> [Alert] { try alerts().filter { $0.kind == .oldSecretInUse } }
        #expect(try told().map(\.code) == ["consumer-on-old-secret"])
        here.odd { $0.logFailure = Self.away }
        here.world.advance(to: seen + Span(milliseconds: window.milliseconds * 3 / 5))
        _ = try await here.run()
        #expect(try here.look()?.reason == .serverUnavailable)
        var alert = try #require(try told().first)
        #expect(alert.subject == id.rawValue && alert.detail.contains("10.9.9.9"))
        #expect(alert.title == "billing: the old secret was revoked and is still in use")
        #expect(alert.standing == "in watch")
        try here.ask(.hold, words: "ann")
        _ = try await here.run()
        #expect(try here.look()?.state == .held(.watch))
        alert = try #require(try told().first)
        #expect(try told().count == 1 && alert.subject == id.rawValue)
        here.world.advance(to: seen + window)
        #expect(try told().isEmpty)
    }

    @Test mutating func `a right that is withdrawn while somebody is refused is no silence`()
        async throws
    {
        let start = try #require(try await watching()).body.phaseSince
        here.world.advance(to: start + .minutes(50))
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        _ = try await here.run()
        here.odd { $0.logFailure = Self.forbidden }
        here.world.advance(to: start + .minutes(109))
        _ = try await here.run()
        var rotation = try #require(try here.look())
        #expect(rotation.state == .running(.watch) && rotation.reason == .consumerOnOldSecret)
        let detail = try #require(rotation.detail)
        #expect(detail.contains("10.9.9.9") && detail.contains("log can't be read"))
        here.world.advance(to: start + .minutes(111))
        _ = try await here.run()
        rotation = try #require(try here.look())
        #expect(rotation.state == .completed && rotation.body.isWatchCutShort == nil)
    }

    @Test mutating func `nor is it where the watch ends at its limit`() async throws {
        let start = try #require(try await watching()).body.phaseSince
        for minutes in [50, 100, 150, 170] as [Int64] {
            here.world.advance(to: start + .minutes(minutes))
            here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
            _ = try await here.run()
        }
        here.odd { $0.logFailure = Self.forbidden }
        here.world.advance(to: start + .hours(3))
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .completed && rotation.body.isWatchCutShort == true)
        #expect(try alerts().map(\.kind).contains(.oldSecretInUse))
    }

    @Test mutating func `in the longest watch none of our own looks is forgotten`() async throws {
        here.plan.watch = .hours(48)
        _ = try await watching()
        while let rotation = try here.look(), rotation.state == .running(.watch) {
            here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
            here.world.advance(to: here.clock.now() + .hours(1))
            _ = try await here.run()
        }
        let probes = try #require(try here.look()?.body.probedAt)
        #expect(probes.count > 144)
    }

    @Test mutating func `whoever makes up agents pushes nobody out who was noted`() async throws {
        _ = try await watching()
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        _ = try await next()
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        // Consumers were seen with the same address before the revocation.
        here.world.meddle { $0.presentOriginal(from: "10.0.0.0", by: "forgotten/2") }
        here.world.advance(to: here.clock.now() + .seconds(1))
        for number in 0..<40 {
            here.world.meddle { $0.presentOriginal(from: "10.6.6.6", by: "made up \(number)") }
        }
        _ = try await next()
        let found = try stragglers()
        #expect(found.first { $0.subject.hasPrefix("10.9.9.9") }?.count == 2)
        #expect(found.contains { $0.subject == "10.0.0.0, user agent forgotten/2" })
        #expect(found.count == 22)
    }

    @Test mutating func `a disabling that proved to have no effect revoked nothing`() async throws {
        _ = try await here.driveToTheGuards()
        here.odd { $0.disableFailure = Self.forbidden }
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.disable) && rotation.reason == .unauthorized)
        #expect(rotation.body.revokedAt == nil)
    }

    @Test mutating func `a deletion that proved to have no effect revoked nothing`() async throws {
        var configuration = World.Configuration.logged
        configuration.capabilities.canDisable = false
        here = try AnchoredHome(configuration.watched)
        here.odd { $0.deletionFailure = Self.forbidden }
        let rotation = try #require(try await here.drive { $0.reason == .unauthorized })
        #expect(rotation.state == .running(.delete) && here.world.acceptsOriginal)
        #expect(!rotation.body.isDeleteSent && rotation.body.revokedAt == nil)
    }

    @Test mutating func `the guards that passed say that the log couldn't be read`() async throws {
        here.odd { $0.logFailure = Self.forbidden }
        _ = try await watching()
        let passed = try audit("guards-passed")
        #expect(passed.count == 2)
        #expect(passed.allSatisfy { $0.body.contains("\"presentations\":\"who came is unknown") })
    }

    @Test mutating func `who never stops keeps a disabled secret for three overlaps at most`()
        async throws
    {
        here.plan.overlap = .minutes(10)
        here.plan.keepDisabled = .minutes(20)
        let isDisabled = try await here.stepByStep { $0.state == .running(.delete) }
        try #require(isDisabled)
        let since = try #require(try here.look()).body.phaseSince
        while let rotation = try here.look(), rotation.state == .running(.delete) {
            here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
            here.world.advance(to: here.clock.now() + .minutes(5))
            try #require(here.clock.now() <= since + .minutes(60), "it is kept for ever")
            _ = try await here.run()
        }
        let end = since + .minutes(50)
        #expect(here.clock.now() >= end && here.clock.now() < end + .minutes(4))
        let rotation = try #require(try here.look())
        #expect(rotation.body.isDeleteSent && rotation.reason == .consumerOnOldSecret)
        #expect(try alerts().contains { $0.kind == .oldSecretInUse })
    }

    @Test mutating func `a log that is away ends no watch, and is taken for no silence`()
        async throws
    {
        let start = try #require(try await watching()).body.phaseSince
        here.odd { $0.logFailure = Self.away }
        here.world.advance(to: start + .minutes(90))
        _ = try await here.run()
        #expect(try here.look()?.state == .running(.watch))
        #expect(try here.look()?.reason == .serverUnavailable)
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        here.ports = WorldFactory(here.world)
        #expect(try await next()?.reason == .consumerOnOldSecret)
    }

    @Test(arguments: [Self.away, Self.forbidden])
    mutating func `a log that can't be read is said to be, and holds nothing up for ever`(
        failure: AdapterError
    ) async throws {
        let start = try #require(try await watching()).body.phaseSince
        here.odd { $0.logFailure = failure }
        here.world.advance(to: start + .hours(2))
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
        #expect(rotation.body.sight?.verdict == .unread)
        let done = try #require(try audit("phase-done").last { $0.body.contains("\"watched\"") })
        #expect(done.body.contains("who came is unknown: server: fake"))
    }

    @Test mutating func `what is told late and what was cut off lower what is said`()
        async throws
    {
        _ = try await watching()
        here.odd { ports in
            ports.presented = { told in
                told.map { .init($0.events, seenUpTo: $0.seenUpTo, isTruncated: true) }
            }
        }
        var rotation = try #require(try await next())
        #expect(rotation.body.sight?.verdict == .truncated)
        here.odd { ports in
            ports.presented = { told in
                told.map { .init($0.events, seenUpTo: $0.seenUpTo + Span(milliseconds: -9_000)) }
            }
        }
        rotation = try #require(try await next())
        #expect(rotation.body.sight?.verdict == .late)
    }

    @Test mutating func `a log that doesn't show our own look is blind`() async throws {
        _ = try await watching()
        here.odd { ports in
            ports.presented = { told in told.map { Presentations([], seenUpTo: $0.seenUpTo) } }
        }
        let rotation = try #require(try await next())
        #expect(rotation.body.sight?.verdict == .blind)
        let ended = try #require(try await here.drive { $0.state.isEnded })
        #expect(ended.state == .completed && ended.body.sight?.verdict == .blind)
    }

    /// The first rotation whose log is read has only addresses that are new.
    @Test(arguments: [true, false])
    mutating func `what is unusual is said, and keeps nothing from moving`(isKnown: Bool)
        async throws
    {
        if isKnown {
            try here.home.raw { database in
                try database.execute(sql: "INSERT INTO address VALUES ('billing', '10.0.0.0', 1)")
            }
        }
        let kinds: Set<Notice.Kind> = isKnown ? [.tokenStorm, .newAddress] : [.tokenStorm]
        let start = try #require(try await watching()).body.phaseSince
        here.odd { ports in
            ports.presented = { told in
                let storm = (0..<130).map { number in
                    Presentation(
                        at: start + .seconds(number), outcome: .accepted, address: "10.8.8.8")
                }
                return told.map { Presentations($0.events + storm, seenUpTo: $0.seenUpTo) }
            }
        }
        let rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .completed)
        let found = try notices()
        let ofNobody = found.filter { $0.subject == "10.8.8.8" }
        #expect(Set(ofNobody.map(\.kind)) == kinds)
        let alerts = try alerts()
        #expect(Set(alerts.map(\.code)) == Set(kinds.map(\.rawValue)))
        #expect(alerts.allSatisfy { $0.subject == "billing" && $0.detail.contains("10.8.8.8") })
        #expect(!found.contains { $0.kind == .newAddress && $0.subject.hasPrefix("10.0.0.0") })
    }

    @Test(arguments: [(Span?.none, false), (.minutes(5), false), (.hours(1), true)])
    mutating func `how many tokens are a storm goes by how long the server says they are good`(
        lifetime: Span?, isStorm: Bool
    ) async throws {
        let start = try #require(try await watching()).body.phaseSince
        here.odd { ports in
            ports.tokenLifetime = lifetime
            ports.presented = { told in
                let some = (0..<40).map { number in
                    Presentation(
                        at: start + .seconds(number), outcome: .accepted, address: "10.8.8.8")
                }
                return told.map { Presentations($0.events + some, seenUpTo: $0.seenUpTo) }
            }
        }
        let rotation = try #require(try await next())
        #expect(rotation.body.tokenLifetime == lifetime)
        let storms = try notices().filter { $0.kind == .tokenStorm && $0.subject == "10.8.8.8" }
        #expect(storms.isEmpty != isStorm)
        #expect(storms.allSatisfy { $0.words.contains("40 tokens within an hour, each good for") })
    }

    @Test mutating func `a disabled secret that is presented stays, and can be put back`()
        async throws
    {
        here.plan.overlap = .minutes(10)
        let isDisabled = try await here.stepByStep { $0.state == .running(.delete) }
        try #require(isDisabled)
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        _ = try await here.run()
        var rotation = try #require(try here.look())
        #expect(rotation.state == .running(.delete) && rotation.reason == .consumerOnOldSecret)
        let detail = try #require(rotation.detail)
        #expect(detail.contains("10.9.9.9") && detail.contains("holdover rollback billing"))
        #expect(here.world.secretCount == 2 && !here.world.acceptsOriginal)
        let alert = try #require(try alerts().first { $0.kind == .oldSecretInUse })
        #expect(alert.title.hasSuffix("the old secret is disabled and is still in use"))
        #expect(alert.detail.contains("10.9.9.9"))
        // A right that is withdrawn meanwhile is no silence.
        here.odd { $0.logFailure = Self.forbidden }
        _ = try await next()
        #expect(here.world.secretCount == 2)
        #expect(try here.look()?.reason == .consumerOnOldSecret)
        here.odd { $0.logFailure = nil }
        try here.ask(.rollback, words: "ann")
        rotation = try #require(try await here.drive { $0.state.isEnded })
        #expect(rotation.state == .abandoned && here.world.acceptsOriginal)
    }

    @Test mutating func `a plan may keep the old secret disabled for a while, and look`()
        async throws
    {
        here.plan.keepDisabled = .hours(1)
        var rotation = try #require(
            try await here.drive { $0.state == .running(.delete) && $0.reason == .watching })
        #expect(here.world.secretCount == 2 && !here.world.acceptsOriginal)
        let since = rotation.body.phaseSince
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        rotation = try #require(try await here.drive { $0.state == .running(.watch) })
        #expect(rotation.body.phaseSince >= since + .hours(1))
        #expect(try stragglers().count == 1)
    }

    @Test mutating func `whoever is seen with the old secret before it is revoked is named`()
        async throws
    {
        here.plan.overlap = .minutes(10)
        _ = try await here.driveToTheGuards()
        here.world.meddle { $0.presentOriginal(from: "10.9.9.9", by: "report-batch/1.4") }
        _ = try await here.run()
        let rotation = try #require(try here.look())
        #expect(rotation.state == .running(.disable) && rotation.reason == .consumerOnOldSecret)
        #expect(rotation.detail?.contains("10.9.9.9, user agent report-batch/1.4") == true)
        #expect(here.world.acceptsOriginal)
        let alert = try #require(try alerts().first { $0.kind == .oldSecretNeeded })
        #expect(alert.severity == .warning && alert.detail.contains("10.9.9.9"))
    }
}

extension World.Configuration {
    /// A server that tells when each secret was used, and of every request.
    fileprivate static var logged: World.Configuration {
        var logged = clientSupplied
        logged.capabilities.telemetry = .secret
        logged.capabilities.events = .named
        return logged
    }
}
