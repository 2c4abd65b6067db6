import Foundation
import ProcessTesting
import Testing

/// One plan whose secret is read in four ways: a watched file, a file that a signal has read again,
/// a document in OpenBao that is polled, and a file that OpenBao's own agent renders from it.
@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"))
struct ManyStoresTests {
    private struct Scene {
        let bench: Workbench
        let bao: OpenBaoProcess
        let holdover: HoldoverProcess
        let consumers: [ConsumerProcess]
        let old: String

        init(on bench: Workbench) async throws {
            self.bench = bench
            let server = try await PracticeServerProcess.start(on: bench)
            bao = try await OpenBaoProcess.start(on: bench)
            old = Stage.makeSecret()
            try await server.createClient(.okta, Stage.client, secret: old)
            try await bao.put(old, at: "billing")
            let files = (
                raw: try bench.write(old, to: "\(try Self.made("a", bench))/secret"),
                json: try bench.write(
                    #"{"client_secret": "\#(old)", "n": 1.50}"#,
                    to: "\(try Self.made("b", bench))/c.json"),
                rendered: try await Self.startAgent(of: bao, on: bench, awaiting: old)
            )
            let sources: [(String, ConsumerProcess.Source)] = [
                ("watching", .watching(file: files.raw)),
                ("signalled", .hooked(file: files.json, field: "client_secret")),
                (
                    "polling",
                    .polling(
                        bao, path: "billing", field: "client_secret", every: .milliseconds(300))
                ), ("rendered", .watching(file: files.rendered)),
            ]
            var consumers: [ConsumerProcess] = []
            for (name, source) in sources {
                consumers.append(
                    try await ConsumerProcess.start(
                        name, on: bench, client: Stage.client, at: server, .okta, reading: source))
            }
            self.consumers = consumers
            var plan = PlanText.of(
                .okta, Stage.client, at: server,
                stores: [
                    PlanText.file(files.raw) + ["name: raw"],
                    PlanText.file(files.json, "format: json", "field: client_secret", "name: json"),
                    PlanText.vault(bao, path: "billing"),
                ])
            for consumer in consumers { plan.add(consumer) }
            plan.rules += [
                "reload:",
                "  - {type: signal, pid_file: \(consumers[1].pidPath), process: practice-consum}",
            ]
            try plan.write(on: bench)
            holdover = HoldoverProcess(
                on: bench,
                environment: server.adminSecrets.merging(["BAO_TOKEN": bao.token]) { $1 })
        }

        private static func made(_ name: String, _ bench: Workbench) throws -> String {
            try bench.directory(name)
            return name
        }

        /// The file that the agent renders, once it has done so.
        private static func startAgent(
            of bao: OpenBaoProcess, on bench: Workbench, awaiting value: String
        ) async throws -> String {
            let place = try bench.directory("agent")
            let token = try bench.write(bao.token, to: "agent/token")
            let rendered = "\(try bench.directory("agent/rendered"))/secret"
            let contents =
                #"{{ with secret \"secret/data/billing\" }}{{ .Data.data.client_secret }}{{ end }}"#
            let config = try bench.write(
                """
                vault { address = "\(bao.address)" }
                auto_auth {
                  method "token_file" {
                    config = { token_file_path = "\(token)" }
                  }
                }
                template_config { static_secret_render_interval = "500ms" }
                template {
                  contents = "\(contents)"
                  destination = "\(rendered)"
                  perms = "0600"
                }
                """, to: "agent/agent.hcl")
            let agent = try bench.spawn(
                "agent", bao.program, ["agent", "-config=\(config)"],
                environment: ["HOME": place])
            let isThere = await eventually(within: .seconds(30)) {
                (try? bench.read("agent/rendered/secret")) == value || agent.ending != nil
            }
            let said = (try? String(contentsOfFile: agent.errorPath, encoding: .utf8)) ?? ""
            try #require(isThere && agent.ending == nil, "\(said)")
            return rendered
        }

        func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
            try await holdover.run(arguments)
        }

        func rotation() async throws -> RotationDocument {
            let outcome = try await run("status", Stage.client, "--json")
            return try JSONDecoder().decode(
                RotationDocument.self, from: Data(outcome.output.utf8))
        }

        /// What each store holds, the document as a whole where there is more than the secret.
        func stored() async throws -> [String] {
            [
                try bench.read("a/secret"), try bench.read("b/c.json"),
                try await bao.get("billing") ?? "",
            ]
        }

        func expectNoFailure() async throws {
            for consumer in consumers {
                let counts = try await consumer.stop()
                #expect(counts.failed == 0, "\(consumer.name): \(counts.lastFailure)")
                #expect(counts.requests > 10 && counts.reloads > 1, "\(consumer.name)")
            }
            #expect(try await run("audit", "verify").exit == 0)
        }
    }

    private func open(_ body: (Scene) async throws -> Void) async throws {
        await Turns.shared.begin()
        defer { Turns.shared.end() }
        try await Workbench.open { bench in
            let scene = try await Scene(on: bench)
            #expect(try await scene.run("init").exit == 0)
            try await body(scene)
        }
    }

    @Test func `four consumers follow, and none fails`() async throws {
        try await open { scene in
            let checked = try await scene.run("check", Stage.client)
            #expect(checked.exit == 0, "\(checked)")
            #expect(try await scene.run("start", Stage.client).exit == 0)
            let outcome = try await scene.run("run", "--wait", "60s")
            #expect(try await scene.rotation().state == "completed", "\(outcome)")
            let stored = try await scene.stored()
            #expect(stored[0] != scene.old && stored[2] == stored[0])
            #expect(stored[1] == #"{"client_secret": "\#(stored[0])", "n": 1.50}"#)
            try await scene.expectNoFailure()
        }
    }

    @Test func `each store is away for a while, and none fails`() async throws {
        try await open { scene in
            #expect(try await scene.run("start", Stage.client).exit == 0)
            for place in ["a", "b"] {
                let (here, away) = (scene.bench.at(place), scene.bench.at("\(place)-away"))
                try FileManager.default.moveItem(atPath: here, toPath: away)
                try await expectMissed(here, scene)
                try FileManager.default.moveItem(atPath: away, toPath: here)
                let resumed = try await scene.run("resume", Stage.client)
                #expect(resumed.exit == 0, "\(resumed)")
            }
            scene.bao.freeze()
            defer { scene.bao.thaw() }
            try await expectMissed("vault", scene)
            scene.bao.thaw()
            let outcome = try await scene.run("run", "--wait", "60s")
            #expect(try await scene.rotation().state == "completed", "\(outcome)")
            try await scene.expectNoFailure()
        }
    }

    /// A run meets the store that is away, and says so.
    private func expectMissed(_ store: String, _ scene: Scene) async throws {
        let outcome = try await scene.run("run")
        let rotation = try await scene.rotation()
        #expect(rotation.detail?.contains(store) == true, "\(rotation) \(outcome)")
        #expect(rotation.state != "completed")
    }

    @Test(arguments: ["generate", "distribute", "verify"])
    func `a rollback from anywhere restores every store to the byte`(step: String) async throws {
        try await open { scene in
            let before = try await scene.stored()
            #expect(try await scene.run("start", Stage.client).exit == 0)
            _ = try await scene.run("run", "--wait", "60s", "--until", step)
            let asked = try await scene.run("rollback", Stage.client, "--reason", "test")
            #expect(asked.exit == 0, "\(asked)")
            let outcome = try await scene.run("run", "--wait", "60s")
            #expect(try await scene.rotation().state == "abandoned", "\(outcome)")
            #expect(try await scene.stored() == before)
            for consumer in scene.consumers {
                let counts = try await consumer.stop()
                #expect(counts.failed == 0, "\(consumer.name): \(counts.lastFailure)")
            }
        }
    }
}
