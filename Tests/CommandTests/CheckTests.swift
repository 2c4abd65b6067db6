import Foundation
import ProcessTesting
import Testing

/// What `check` finds in the world that a plan names, and that it changes none of it.
struct CheckTests {
    typealias Dialect = PracticeServerProcess.Dialect

    @Test func `where all is well it says so, and a rehearsal agrees`() async throws {
        try await Stage.open { stage in
            let check = try await stage.succeed("check")
            #expect(check.output == "billing: ok (1 of 2 secrets exist)\n", "\(check)")
            let still = try await stage.succeed("check", "billing", "--static")
            #expect(still.output == "billing: ok\n", "\(still)")
            let rehearsal = try await stage.succeed("start", "billing", "--dry-run")
            #expect(rehearsal.output.hasSuffix("nothing was touched\n"), "\(rehearsal)")
            #expect(try await stage.run("status", "billing").exit == 2)
            try await stage.expectUntouched()
        }
    }

    @Test func `a rehearsal is a document where JSON is asked for`() async throws {
        try await Stage.open { stage in
            let rehearsal = try await stage.succeed("start", "billing", "--dry-run", "--json")
            let document = try JSONSerialization.jsonObject(with: Data(rehearsal.output.utf8))
            let gates = (document as? [String: Any])?["gates"] as? [[String: Any]]
            #expect(gates?.first?["phase"] as? String == "create", "\(rehearsal)")
            #expect(gates?.count == 11)
        }
    }

    @Test func `a rotation under way is told of, and its second secret is no problem`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.succeed("start", "billing")
            _ = try await stage.run("run", "--until", "generate")
            let check = try await stage.succeed("check")
            #expect(check.output.contains("[rotation-under-way]"), "\(check)")
            #expect(!check.output.contains("slot-occupied"), "\(check)")
        }
    }

    @Test func `a secret that the server refuses is found`() async throws {
        try await Stage.open { stage in
            try await stage.consumer.stop()
            try stage.store(Stage.makeSecret())
            try await expect(stage, exit: 1, "old-secret-refused")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 20, "old-secret-refused")
            try stage.store(stage.old)
            try await stage.expectUntouched()
        }
    }

    @Test func `an empty store is found`() async throws {
        try await Stage.open(plan: { plan, bench in
            plan.stores = [PlanText.file(bench.at("store/none"), "create: true")]
        }) { stage in
            try await expect(stage, exit: 1, "store-empty")
        }
    }

    @Test func `two values in one place are found`() async throws {
        try await Stage.open(plan: { plan, bench in
            plan.stores.append(
                PlanText.file(
                    bench.at("store/pair"), "name: pair", "format: json", "field: a.b",
                    "candidate_field: /a/b"))
        }) { stage in
            let outcome = try await stage.run("check", "billing")
            #expect(outcome.exit != 0, "\(outcome)")
            #expect(outcome.output.contains("[file-setting-invalid]"), "\(outcome)")
            #expect(outcome.output.contains("is the same place as field"), "\(outcome)")
            try await stage.expectUntouched()
        }
    }

    @Test func `a consumer that never reported is told of, and is no problem yet`() async throws {
        try await Stage.open(plan: { plan, bench in
            plan.consumers.append(("web-2", bench.at("consumers/none")))
        }) { stage in
            let outcome = try await stage.succeed("check")
            #expect(outcome.output.contains("warning: web-2: "), "\(outcome)")
            #expect(outcome.output.contains("[consumer-silent]"), "\(outcome)")
        }
    }

    @Test func `a realm that keeps no rotated secret is found`() async throws {
        try await Stage.open(.keycloak, plan: { plan, _ in plan.set("overlap: 30d") }) { stage in
            try await expect(stage, exit: 1, "keycloak-")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 20, "preflight")
            try await stage.expectUntouched()
        }
    }

    @Test func `missing references are found and not shown`() async throws {
        try await Stage.open { stage in
            let outcome = try await stage.run("check", environment: ["OKTA_API_TOKEN": ""])
            #expect(outcome.exit != 0, "\(outcome)")
            #expect(outcome.output.contains("OKTA_API_TOKEN"), "\(outcome)")
            try await stage.expectUntouched()
        }
    }

    @Test(.enabled(if: geteuid() == 0, "making a directory immutable takes root's mount"))
    func `a store that can't be written is found`() async throws {
        try await Workbench.open { bench in
            let disk = try await SmallDisk(at: bench.directory("small"), on: bench)
            let path = "\(disk.path)/secret"
            try await Stage.open(plan: { plan, _ in
                plan.stores.append(PlanText.file(path, "name: second"))
            }) { stage in
                try Data(stage.old.utf8).write(to: URL(fileURLWithPath: path))
                try await disk.makeReadOnly()
                let outcome = try await stage.run("check")
                #expect(outcome.exit != 0, "\(outcome)")
                #expect(outcome.output.contains("problem: second: "), "\(outcome)")
                try await stage.expectUntouched()
            }
            await disk.unmount()
        }
    }

    @Test(arguments: [Dialect.auth0, .glewlwyd, .logto, .oktaAPIService])
    func `a scope that the plan doesn't name is told of`(dialect: Dialect)
        async throws
    {
        try await Stage.open(
            dialect,
            plan: { plan, _ in
                plan.set("scopes: [read]")
                if Dialect.single.contains(dialect) { plan.set("allow_outage: true") }
            }
        ) { stage in
            let check = try await stage.succeed("check")
            #expect(check.output.contains("write [scope-not-needed]"), "\(check)")
            #expect(!check.output.contains("[scope-missing]"), "\(check)")
        }
    }

    @Test func `scopes are looked at while a rotation holds the second slot, too`() async throws {
        try await Stage.open(.oktaAPIService, plan: { plan, _ in plan.set("scopes: [read]") }) {
            stage in
            try await stage.succeed("start", "billing")
            _ = try await stage.run("run", "--until", "generate")
            let check = try await stage.succeed("check")
            #expect(check.output.contains("[rotation-under-way]"), "\(check)")
            #expect(check.output.contains("write [scope-not-needed]"), "\(check)")
        }
    }

    @Test(arguments: [Dialect.auth0, .logto, .oktaAPIService])
    func `scopes that may not be read are said to be unknown, and nothing fails`(
        dialect: Dialect
    ) async throws {
        try await Stage.open(
            dialect,
            plan: { plan, _ in
                if Dialect.single.contains(dialect) { plan.set("allow_outage: true") }
            }
        ) { stage in
            #expect(try await !stage.succeed("check").output.contains("scope"))
            try await stage.server.set(#"{"scopes_are_forbidden":true}"#)
            let check = try await stage.succeed("check")
            #expect(check.output.contains("than it needs isn't known [scopes-unread]"), "\(check)")
        }
    }

    private func expect(_ stage: Stage, exit: Int32, _ code: String) async throws {
        let outcome = try await stage.run("check", "billing")
        #expect(outcome.exit == exit, "\(outcome)")
        #expect(outcome.output.contains("billing: problem"), "\(outcome)")
        #expect(outcome.output.contains("[\(code)"), "\(outcome)")
        let rehearsal = try await stage.run("start", "billing", "--dry-run")
        #expect(rehearsal.exit == exit, "\(rehearsal)")
        #expect(rehearsal.output.contains("[\(code)"), "\(rehearsal)")
    }
}

extension SmallDisk {
    /// From now on nothing can be written, not even by root.
    func makeReadOnly() async throws {
        let mount = try bench.spawn("remount", "/bin/mount", ["-o", "remount,ro", path])
        guard await mount.wait() == .exited(0) else { throw NotMounted() }
    }
}
