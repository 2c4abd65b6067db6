import RotationCore
import RotationEngine
import Synchronization
import Testing

@testable import Monitoring

/// Servers that are measured.
struct CallMeterTests {
    private let clock = SteppingClock()

    private func measured(_ server: ScriptedServer, by meter: CallMeter) async throws
        -> any AuthorizationServer
    {
        let name = ClientName(rawValue: "billing")
        let settings = TargetSettings(name: "idp", type: "okta", values: [:])
        let plan = Plan(
            client: name, clientID: ClientID(rawValue: "0oa"), server: settings, stores: [])
        return try await MeasuredAdapters(ScriptedFactory(one: server), by: meter).server(of: plan)
    }

    @Test func `each method is passed on as it is, and counted under its name`() async throws {
        let server = ScriptedServer()
        let meter = CallMeter(now: clock.now)
        let port = try await measured(server, by: meter)
        let (secret, id) = (ClientSecret.unguessable(), CredentialID(rawValue: "a"))
        #expect(port.capabilities.limit == server.capabilities.limit)
        _ = try await port.identity()
        _ = try await port.preflight(overlap: .hours(1))
        _ = try await port.credentials(knowing: KnownSecrets())
        _ = try await port.create(nil, label: "l")
        _ = try await port.create(secret, beside: id, label: "l")
        try await port.disable(id)
        try await port.enable(id)
        try await port.delete(id, keeping: secret)
        _ = try await port.authenticate(with: secret, connection: .fresh)
        _ = try await port.authenticate(with: secret, of: id, connection: .kept)
        _ = try await port.presentations(since: Instant(milliseconds: 0))
        _ = try await port.scopes()
        #expect(
            server.calls == [
                "identity", "preflight", "credentials", "create", "create beside", "disable",
                "enable", "delete", "authenticate", "authenticate of", "presentations", "scopes",
            ])
        let done = meter.counts.filter {
            $0.key.name == "holdover_admin_calls" && $0.key.labels["outcome"] == "done"
        }
        #expect(
            done.reduce(into: [:]) { $0[$1.key.labels["operation"]] = $1.value } == [
                "identity": 1, "preflight": 1, "list": 1, "create": 2, "disable": 1, "enable": 1,
                "delete": 1, "presentations": 1, "scopes": 1,
            ])
        #expect(
            meter.counts[CountedSeries(.tokenRequests, ["type": "okta", "outcome": "accepted"])]
                == 2)
    }

    @Test func `every method of the port has its twin in the server that measures`() throws {
        // One that the protocol does by itself would be missed by nobody else.
        let port = try ShippedFiles.source("RotationCore/Ports/AuthorizationServer.swift")
        let twin = try ShippedFiles.source("Monitoring/Measuring/MeasuredServer.swift")
        let declared = try #require(port.split(separator: "\n}\n").first)
        let methods = { (text: Substring) in
            text.replacing(/\s+/, with: " ").matches(of: /func ([a-z]+\([^)]*\))/)
                .map { $0.1.replacing("( ", with: "(").replacing(" )", with: ")") }
        }
        #expect(methods(declared).count == 12)
        #expect(methods(twin[...]) == methods(declared))
    }

    @Test func `how long it took is counted below the next bound`() async throws {
        let server = ScriptedServer()
        let meter = CallMeter(now: clock.now)
        let port = try await measured(server, by: meter)
        for milliseconds in [10, 11, 90, 45_000] {
            clock.step.withLock { $0 = .milliseconds(milliseconds) }
            _ = try await port.identity()
        }
        let counts = meter.counts.filter { $0.key.name == "holdover_admin_call_duration_seconds" }
        #expect(
            counts.reduce(into: [:]) { $0[$1.key.labels["le"]] = ($1.value * 1_000).rounded() } == [
                "0.01": 1_000, "0.025": 1_000, "0.1": 1_000, "+Inf": 1_000, nil: 45_111,
            ])
    }

    @Test func `a failure goes through, and is counted by what may be concluded from it`()
        async throws
    {
        let meter = CallMeter(now: clock.now)
        let kinds: [(AdapterError.Kind, String)] = [
            (.unavailable(retryAfter: .seconds(3)), "unavailable"), (.unauthorized, "unauthorized"),
            (.refused, "refused"), (.limitReached, "limit-reached"), (.conflict, "conflict"),
            (.missing, "missing"), (.wrongTarget, "wrong-target"), (.unknown, "unknown"),
        ]
        for (kind, word) in kinds {
            let error = AdapterError(kind, code: "okta-x", message: "okta: its own words")
            let port = try await measured(ScriptedServer(failing: error), by: meter)
            await #expect(throws: error) { _ = try await port.identity() }
            await #expect(throws: error) {
                _ = try await port.authenticate(
                    with: .unguessable(), of: nil, connection: .fresh)
            }
            for family in [MetricFamily.adminFailures, .tokenFailures] {
                #expect(meter.counts[CountedSeries(family, ["type": "okta", "error": word])] == 1)
            }
        }
        #expect(
            meter.counts[CountedSeries(.tokenRequests, ["type": "okta", "outcome": "failed"])] == 8)
    }

    @Test func `outcomes that didn't come are there as 0, so that the first one is an increase`()
        async throws
    {
        let meter = CallMeter(now: clock.now)
        let port = try await measured(ScriptedServer(), by: meter)
        _ = try await port.authenticate(with: .unguessable(), connection: .fresh)
        _ = try await port.identity()
        for outcome in ["refused", "failed"] {
            let labels = ["type": "okta", "outcome": outcome]
            #expect(meter.counts[CountedSeries(.tokenRequests, labels)] == 0)
        }
        let labels = ["type": "okta", "operation": "identity", "outcome": "failed"]
        #expect(meter.counts[CountedSeries(.adminCalls, labels)] == 0)
    }

    @Test func `no label is a text of a server or of a plan`() async throws {
        let meter = CallMeter(now: clock.now)
        let error = AdapterError(.refused, code: "canary-code", message: "canary-message")
        for server in [
            ScriptedServer(failing: error), ScriptedServer(answering: .refused(code: "canary")),
        ] {
            let port = try await measured(server, by: meter)
            _ = try? await port.authenticate(with: .unguessable(), connection: .fresh)
            _ = try? await port.identity()
        }
        #expect(!meter.counts.isEmpty)
        for series in meter.counts.keys {
            for value in series.labels.values {
                #expect(!value.contains("canary") && !value.contains("billing"))
            }
        }
    }

    @Test func `whatever is counted belongs to a metric with these labels`() async throws {
        let meter = CallMeter(now: clock.now)
        let error = AdapterError(.refused, code: "c", message: "m")
        for server in [ScriptedServer(), ScriptedServer(failing: error)] {
            let port = try await measured(server, by: meter)
            _ = try? await port.authenticate(with: .unguessable(), connection: .fresh)
            _ = try? await port.identity()
        }
        for series in meter.counts(endingWith: 0).keys {
            let family = try #require(MetricFamily.all.first { $0.name == series.name })
            var labels = Set(family.labels)
            if series.labels["le"] != nil { labels.insert("le") }
            #expect(Set(series.labels.keys) == labels)
        }
    }
}

/// A clock that goes on by `step` at each look.
private final class SteppingClock: Sendable {
    let step = Mutex(Duration.milliseconds(5))
    private let moment = Mutex(ContinuousClock.now)

    var now: @Sendable () -> ContinuousClock.Instant {
        { [self] in
            let step = step.withLock { $0 }
            return moment.withLock { moment in
                defer { moment += step }
                return moment
            }
        }
    }
}
