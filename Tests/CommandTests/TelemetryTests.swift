import ProcessTesting
import Testing

/// Somebody whom the plan doesn't name, seen on the old secret by the server.
struct TelemetryTests {
    typealias Dialect = PracticeServerProcess.Dialect

    /// While somebody gets tokens all the time with a copy of the old secret.
    private func expectLeftAlone(_ stage: Stage) async throws {
        let copy = try stage.bench.write(stage.old, to: "copy")
        let somebody = try await ConsumerProcess.start(
            "somebody", on: stage.bench, client: Stage.client, at: stage.server, stage.dialect,
            reading: .watching(file: copy), pause: .milliseconds(100))
        let isLeft = try await eventually(within: .seconds(60)) {
            _ = try await stage.run("run", "--wait", "2s")
            return try await stage.rotation().reason == "consumer-on-old-secret"
        }
        #expect(isLeft)
        try await stage.expectBothAccepted()
        #expect(try await somebody.stop().failed == 0)
    }

    /// Those that tell of a use at once.
    @Test(arguments: [Dialect.buntubi, .keycloak, .pingone])
    func `an old secret that somebody else uses is left alone until nobody does`(dialect: Dialect)
        async throws
    {
        try await Stage.open(dialect, plan: { plan, _ in plan.set("overlap: 4s") }) { stage in
            if dialect == .keycloak { try await stage.server.saveKeycloakEvents() }
            try await stage.begin(until: "verify")
            try await expectLeftAlone(stage)
            try await stage.expectCompletion()
        }
    }

    /// Has the plan ask for the report, with an admin that has these rights.
    private func askForReport(_ stage: Stage, _ grants: [String]) async throws {
        try await stage.server.set(#"{"entra_report_lag_ms":0}"#)
        let secret = stage.server["ENTRA_ADMIN_CLIENT_SECRET"]
        try await stage.server.createClient(.entra, "auditor", secret: secret, grants: grants)
        try stage.edit { plan in
            plan.server.removeAll { $0.hasPrefix("admin:") }
            plan.server += [
                #"admin: {client_id: auditor, client_secret: "env:ENTRA_ADMIN_CLIENT_SECRET"}"#,
                "sign_in_report: true",
            ]
        }
    }

    @Test func `Entra's report keeps an old secret in force, a day longer than it was used`()
        async throws
    {
        try await Stage.open(.entra) { stage in
            let right = "Application.ReadWrite.OwnedBy"
            try await askForReport(stage, [right, "AuditLog.Read.All"])
            try await stage.begin(until: "verify")
            try await expectLeftAlone(stage)
            // Silence, too, is told late: the overlap is long over, and nothing is removed.
            _ = try await stage.run("run", "--wait", "2s")
            #expect(try await stage.rotation().reason == "consumer-on-old-secret")
            try await stage.expectBothAccepted()
        }
    }

    @Test func `without the right to Entra's report a rotation is completed all the same`()
        async throws
    {
        try await Stage.open(.entra) { stage in
            try await askForReport(stage, ["Application.ReadWrite.OwnedBy"])
            let checked = try await stage.run("check", Stage.client)
            #expect(checked.exit == 0 && checked.output.contains("[entra-no-sign-in-report]"))
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }
}
