import Foundation
import ProcessTesting
import Testing

/// Somebody whom no plan names keeps the old secret after it was revoked.
struct StragglerTests {
    typealias Dialect = PracticeServerProcess.Dialect

    /// Those whose log can be read by a call.
    static let telling: [Dialect] = [
        .okta, .oktaAPIService, .keycloak, .entra, .logto, .auth0, .gravitee,
    ]

    /// A notice as `--json` has it.
    private struct Notice: Decodable {
        let kind: String
        let subject: String
        let count: Int
    }

    private struct Document: Decodable {
        struct Log: Decodable { let verdict: String }

        let serverLog: Log?
        let notices: [Notice]

        /// Consumers here fetch tokens so fast that they are told of, too.
        var straggler: Notice? { notices.first { $0.kind == "straggler" } }
    }

    private func document(_ stage: Stage) async throws -> Document {
        let outcome = try await stage.run("status", Stage.client, "--json")
        return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    /// A watch that looks once a second.
    private func open(
        _ dialect: Dialect, watch: String = "60s", _ body: (Stage) async throws -> Void
    ) async throws {
        try await Stage.open(
            dialect,
            plan: { plan, _ in
                plan.set("watch: \(watch)")
                if Dialect.single.contains(dialect) { plan.set("allow_outage: true") }
            }
        ) { stage in
            if dialect == .keycloak { try await stage.server.saveKeycloakEvents() }
            if dialect == .entra { try await allowSignIns(stage, watch) }
            try await body(stage)
        }
    }

    private func allowSignIns(_ stage: Stage, _ watch: String) async throws {
        try await stage.server.set(#"{"entra_report_lag_ms":0}"#)
        let secret = stage.server["ENTRA_ADMIN_CLIENT_SECRET"]
        let grants = ["Application.ReadWrite.OwnedBy", "AuditLog.Read.All"]
        try await stage.server.createClient(.entra, "auditor", secret: secret, grants: grants)
        try stage.edit { plan in
            plan.server.removeAll { $0.hasPrefix("admin:") }
            plan.server += [
                #"admin: {client_id: auditor, client_secret: "env:ENTRA_ADMIN_CLIENT_SECRET"}"#,
                "sign_in_report: true",
            ]
        }
    }

    /// Goes on until the old secret is dead and watched for.
    private func beginWatching(_ stage: Stage) async throws {
        try await stage.begin()
        let isThere = try await eventually(within: .seconds(60)) {
            _ = try await stage.run("run", "--wait", "2s")
            return try await stage.rotation().phase == "watch"
        }
        #expect(isThere)
        #expect(try await stage.rotation().reason == "watching")
        // Okta's count of wrong secrets begins anew with each token.
        _ = try await stage.consumer.stop()
    }

    /// A consumer with a copy of the old secret, which is refused.
    private func startStraggler(_ stage: Stage) async throws -> ConsumerProcess {
        let copy = try stage.bench.write(stage.old, to: "copy")
        return try await ConsumerProcess.start(
            "forgotten", on: stage.bench, client: Stage.client, at: stage.server, stage.dialect,
            reading: .watching(file: copy), pause: .milliseconds(20))
    }

    @Test func `each kind of server that tells who came is asked here`() async throws {
        struct Server: Decodable {
            struct Capabilities: Decodable { let events: String }

            let type: String
            let capabilities: Capabilities?
        }
        try await Workbench.open { bench in
            let listed = try await HoldoverProcess(on: bench).run(["servers", "--json"])
            let servers = try JSONDecoder().decode([Server].self, from: Data(listed.output.utf8))
            let telling = servers.filter { $0.capabilities.map { $0.events != "none" } ?? false }
            #expect(Set(telling.map(\.type)) == Set(Self.telling.map(\.rawValue)))
        }
    }

    @Test(arguments: Self.telling)
    func `the next run names it`(dialect: Dialect) async throws {
        try await open(dialect) { stage in
            try await beginWatching(stage)
            #expect(try await document(stage).straggler == nil, "we took ourselves for one")
            let straggler = try await startStraggler(stage)
            let ran = try await stage.run("run", "--wait", "3s")
            ran.expect(exit: 21, "consumer-on-old-secret", saying: "127.0.0.1")
            let rotation = try await stage.rotation()
            #expect(rotation.phase == "watch" && rotation.reason == "consumer-on-old-secret")
            let notice = try #require(try await document(stage).straggler)
            #expect(notice.subject.contains("127.0.0.1"))
            let page = try await stage.succeed("explain", Stage.client).output
            #expect(page.contains("notice: straggler: ") && page.contains("127.0.0.1"), "\(page)")
            let status = try await stage.succeed("status", Stage.client).output
            #expect(status.contains("straggler: the revoked secret is still presented by"))
            let audit = try await stage.succeed("audit", "export").output
            #expect(audit.contains("straggler-seen"), "\(audit)")
            // Where the vendor tells the user agent, so do we.
            let isNamed = ![.keycloak, .entra, .auth0].contains(dialect)
            #expect(page.contains("user agent practice-consumer") == isNamed, "\(page)")
            #expect(try await straggler.stop().failed > 0)
        }
    }

    @Test func `the run that finds it tells people who it is, and then that it is over`()
        async throws
    {
        try await open(.okta, watch: "8s") { stage in
            let receiver = try Receiver(on: stage.bench)
            let channel = "{type: webhook, name: ops, url: '\(receiver.url)/ops'}"
            try stage.bench.write("channels: [\(channel)]\n", to: "plans/alerts.yaml")
            try await beginWatching(stage)
            let straggler = try await startStraggler(stage)
            #expect(try await stage.run("run", "--wait", "3s").exit == 21)
            _ = try await straggler.stop()
            let inUse = try receiver.messages(at: "/ops").map { try $0.alert() }
                .filter { $0.data.kind == "old-secret-in-use" }
            #expect(inUse.map(\.type) == ["holdover.alert.firing"])
            let alert = try #require(inUse.first?.data)
            #expect(alert.severity == "critical" && alert.client == "billing")
            #expect(alert.detail.contains("127.0.0.1, user agent practice-consumer"), "\(alert)")
            #expect(alert.next.contains("holdover explain billing"))
            #expect(!alert.next.contains("rollback"), "the old secret is deleted")
            _ = try await stage.run("run", "--wait", "60s")
            #expect(try await stage.rotation().state == "completed")
            let types = try receiver.messages(at: "/ops").map { try $0.alert() }
                .filter { $0.data.kind == "old-secret-in-use" }.map(\.type)
            #expect(types == ["holdover.alert.firing", "holdover.alert.resolved"])
        }
    }

    @Test(arguments: Self.telling)
    func `a log that may not be read is said, and holds nothing up`(dialect: Dialect) async throws {
        try await open(dialect, watch: "300ms") { stage in
            try await stage.server.set(#"{"events_are_forbidden":true}"#)
            let checked = try await stage.run("check", Stage.client)
            #expect(checked.exit == 0, "\(checked)")
            let codes = ["-no-log]", "-no-sign-in-report]", "-no-events]"]
            #expect(codes.contains { checked.output.contains($0) }, "\(checked)")
            try await stage.begin()
            let outcome = try await stage.run("run", "--wait", "30s")
            #expect(try await stage.rotation().state == "completed", "\(outcome)")
            #expect(try await document(stage).serverLog?.verdict == "unread")
            let page = try await stage.succeed("explain", Stage.client).output
            #expect(page.contains("its log: who came is unknown: "), "\(page)")
        }
    }

    @Test func `Okta's log is read page by page, and each refusal where it has them`() async throws
    {
        try await open(.okta) { stage in
            try await stage.server.set(#"{"event_page_size":7,"okta_logs_each_refusal":true}"#)
            try await beginWatching(stage)
            let straggler = try await startStraggler(stage)
            let isCounted = try await eventually(within: .seconds(30)) {
                _ = try await stage.run("run", "--wait", "2s")
                return try await document(stage).straggler?.count ?? 0 > 14
            }
            #expect(isCounted)
            _ = try await straggler.stop()
        }
    }

    @Test func `what is told late is found when it is told`() async throws {
        try await open(.logto) { stage in
            try await beginWatching(stage)
            try await stage.server.set(#"{"event_lag_ms":3600000}"#)
            let straggler = try await startStraggler(stage)
            _ = try await stage.run("run", "--wait", "3s")
            #expect(try await stage.rotation().reason == "watching")
            try await stage.server.set(#"{"event_lag_ms":0}"#)
            #expect(try await stage.run("run", "--wait", "3s").exit == 21)
            _ = try await straggler.stop()
        }
    }

    /// A consumer that has read only one of the two is refused at the other registration.
    @Test(arguments: [true, false])
    func `of two clients that take turns, either's log names who keeps the old secret`(
        isOldClient: Bool
    ) async throws {
        try await PairStage.open(.auth0, watch: "60s") { stage in
            let before = try stage.stored()
            try await stage.run("start", Stage.client).expectSuccess()
            let isWatching = try await eventually(within: .seconds(60)) {
                _ = try await stage.run("run", "--wait", "2s")
                return try await stage.explained().contains("looking for anyone")
            }
            #expect(isWatching)
            #expect(
                try await !stage.explained().contains("notice: straggler"),
                "we took ourselves for one")
            for _ in 1...3 { _ = try await stage.run("check", Stage.client) }
            _ = try await stage.run("run", "--wait", "3s")
            #expect(
                try await !stage.explained().contains("notice: straggler"),
                "check came for a straggler")
            var straggler = before
            if !isOldClient { straggler.client_id = try stage.stored().client_id }
            for _ in 1...3 { #expect(try await !stage.isAccepted(straggler)) }
            let ran = try await stage.run("run", "--wait", "3s")
            ran.expect(exit: 21, "consumer-on-old-secret", saying: "127.0.0.1")
            let page = try await stage.explained()
            #expect(page.contains("application \(straggler.client_id) (M2M)"), "\(page)")
            try await stage.expectNoFailure()
        }
    }
}
