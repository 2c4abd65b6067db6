import Foundation
import ProcessTesting
import Testing

/// One plan that distributes to a file, OpenBao, AWS Secrets Manager (moto) and a real Kubernetes
/// API server, each with a consumer of its own: one watches its file, one asks OpenBao itself, two
/// stand behind agents that fetch for them.
@Suite(
    .enabled(
        if: RealServerProcess.areWanted && RealServerProcess.hasCluster,
        "HOLDOVER_REAL_SERVERS=1 starts the stores, where kubernetes.sh finds the binaries"))
struct RealManyStoresTests {
    private struct Scene {
        let bench: Workbench
        let bao: OpenBaoProcess
        let moto: RealServerProcess
        let cluster: RealServerProcess
        let holdover: HoldoverProcess
        let consumers: [ConsumerProcess]
        let old: String

        init(on bench: Workbench) async throws {
            self.bench = bench
            let server = try await PracticeServerProcess.start(on: bench)
            bao = try await OpenBaoProcess.start(on: bench)
            moto = try await RealServerProcess.start("moto", on: bench)
            cluster = try await RealServerProcess.start("kubernetes", on: bench)
            old = Stage.makeSecret()
            try await server.createClient(.okta, Stage.client, secret: old)
            try bench.directory("a")
            let file = try bench.write(old, to: "a/secret")
            try await Self.fill(bao, moto, cluster, with: old, bench)
            let sources: [(String, ConsumerProcess.Source)] = [
                ("watching", .watching(file: file)),
                (
                    "polling",
                    .polling(
                        bao, path: "billing", field: "client_secret", every: .milliseconds(300))
                ),
                ("behind-aws", .watching(file: try await Self.agent(ofAWS: moto, on: bench))),
                (
                    "behind-kubernetes",
                    .watching(file: try await Self.agent(ofKubernetes: cluster, on: bench))
                ),
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
                stores: [PlanText.file(file) + ["name: raw"], PlanText.vault(bao, path: "billing")]
                    + Self.stores(moto, cluster))
            for consumer in consumers { plan.add(consumer) }
            try plan.write(on: bench)
            let secrets = [
                "BAO_TOKEN": bao.token, "KEY_ID": moto["KEY_ID"], "KEY": moto["KEY"],
                "LEAST": cluster["LEAST"],
            ]
            holdover = HoldoverProcess(
                on: bench, environment: server.adminSecrets.merging(secrets) { $1 })
        }

        private static func stores(_ moto: RealServerProcess, _ cluster: RealServerProcess)
            -> [[String]]
        {
            [
                [
                    "type: aws-secrets-manager", "url: \(moto["URL"])", "region: eu-west-1",
                    "secret: billing",
                    #"auth: {access_key_id: "env:KEY_ID", secret_access_key: "env:KEY"}"#,
                ],
                [
                    "type: kubernetes", "url: \(cluster["URL"])",
                    "ca_file: \(cluster["CA_FILE"])", #"token: "env:LEAST""#,
                    "namespace: apps", "secret: one",
                ],
            ]
        }

        private static func fill(
            _ bao: OpenBaoProcess, _ moto: RealServerProcess, _ cluster: RealServerProcess,
            with secret: String, _ bench: Workbench
        ) async throws {
            try await bao.put(secret, at: "billing")
            try await Self.ask(
                bench,
                ["--aws-sigv4", "aws:amz:eu-west-1:secretsmanager", "--user"]
                    + ["\(moto["OTHER_KEY_ID"]):\(moto["OTHER_KEY"])", "-H"]
                    + ["Content-Type: application/x-amz-json-1.1", "-H"]
                    + ["X-Amz-Target: secretsmanager.CreateSecret", "-d"]
                    + [#"{"Name":"billing","SecretString":"\#(secret)"}"#, "\(moto["URL"])/"])
            let coded = Data(secret.utf8).base64EncodedString()
            try await Self.ask(
                bench,
                ["--cacert", cluster["CA_FILE"], "-H", "Authorization: Bearer \(cluster["ADMIN"])"]
                    + ["-X", "PATCH", "-H", "Content-Type: application/merge-patch+json", "-d"]
                    + [#"{"data":{"client_secret":"\#(coded)"}}"#]
                    + ["\(cluster["URL"])/api/v1/namespaces/apps/secrets/one"])
        }

        private static func agent(ofAWS moto: RealServerProcess, on bench: Workbench)
            async throws -> String
        {
            try await agent(
                "aws", on: bench,
                [
                    "URL": moto["URL"], "SECRET": "billing", "KEY_ID": moto["KEY_ID"],
                    "KEY": moto["KEY"],
                ])
        }

        private static func agent(ofKubernetes cluster: RealServerProcess, on bench: Workbench)
            async throws -> String
        {
            try await agent(
                "kubernetes", on: bench,
                [
                    "URL": cluster["URL"], "SECRET": "one", "TOKEN": cluster["ADMIN"],
                    "CA_FILE": cluster["CA_FILE"],
                ])
        }

        private static func ask(_ bench: Workbench, _ arguments: [String]) async throws {
            let curl = try bench.spawn("curl", "/usr/bin/curl", ["-fsS", "-m", "20"] + arguments)
            let isOver = await eventually(within: .seconds(30)) { curl.ending != nil }
            let said = (try? String(contentsOfFile: curl.errorPath, encoding: .utf8)) ?? ""
            try #require(isOver && curl.ending == .exited(0), "\(said)")
        }

        /// The file that an agent fetches into, once it has done so.
        private static func agent(
            _ kind: String, on bench: Workbench, _ environment: [String: String]
        ) async throws -> String {
            let file = "\(try bench.directory(kind))/secret"
            let agent = try bench.spawn(
                "\(kind)-agent", RealServerProcess.service("store-agent.sh"), [kind, file],
                environment: environment)
            let isThere = await eventually(within: .seconds(30)) {
                FileManager.default.fileExists(atPath: file) || agent.ending != nil
            }
            let said = (try? String(contentsOfFile: agent.errorPath, encoding: .utf8)) ?? ""
            try #require(isThere && agent.ending == nil, "\(said)")
            return file
        }

        func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
            try await holdover.run(arguments)
        }

        func rotation() async throws -> RotationDocument {
            let outcome = try await run("status", Stage.client, "--json")
            return try JSONDecoder().decode(
                RotationDocument.self, from: Data(outcome.output.utf8))
        }

        /// What the consumers' places hold, in the end the same everywhere.
        func stored() async throws -> [String] {
            [
                try bench.read("a/secret"), try await bao.get("billing") ?? "",
                try bench.read("aws/secret"), try bench.read("kubernetes/secret"),
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

        /// A run meets the store that is away, once its time has come, and says so.
        func expectMissed(_ store: String) async throws {
            let isMissed = try await eventually(within: .seconds(60)) {
                _ = try await run("run")
                return try await rotation().detail?.contains(store) == true
            }
            let seen = try await rotation()
            #expect(isMissed && seen.state != "completed", "\(seen)")
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

    @Test func `a file, OpenBao, AWS and Kubernetes at once, each of them away for a while`()
        async throws
    {
        try await open { scene in
            let checked = try await scene.run("check", Stage.client)
            #expect(checked.exit == 0, "\(checked)")
            #expect(try await scene.run("start", Stage.client).exit == 0)
            let (here, away) = (scene.bench.at("a"), scene.bench.at("a-away"))
            try FileManager.default.moveItem(atPath: here, toPath: away)
            try await scene.expectMissed(here)
            try FileManager.default.moveItem(atPath: away, toPath: here)
            #expect(try await scene.run("resume", Stage.client).exit == 0)
            scene.bao.freeze()
            try await scene.expectMissed("vault")
            scene.bao.thaw()
            for (name, server, key) in [
                ("aws-secrets-manager", scene.moto, "PID"), ("kubernetes", scene.cluster, "PID"),
            ] {
                let pid = try #require(pid_t(server[key]))
                kill(pid, SIGSTOP)
                try await scene.expectMissed(name)
                kill(pid, SIGCONT)
            }
            let outcome = try await scene.run("run", "--wait", "90s")
            #expect(try await scene.rotation().state == "completed", "\(outcome)")
            let stored = try await scene.stored()
            #expect(stored[0] != scene.old && Set(stored).count == 1, "\(stored)")
            try await scene.expectNoFailure()
        }
    }

    @Test func `a rollback restores all four to the byte`() async throws {
        try await open { scene in
            let before = try await scene.stored()
            #expect(Set(before) == [scene.old])
            #expect(try await scene.run("start", Stage.client).exit == 0)
            _ = try await scene.run("run", "--wait", "60s", "--until", "verify")
            let isEverywhere = try await eventually(within: .seconds(20)) {
                try await scene.stored().allSatisfy { $0 != scene.old }
            }
            #expect(isEverywhere)
            let asked = try await scene.run("rollback", Stage.client, "--reason", "test")
            #expect(asked.exit == 0, "\(asked)")
            let outcome = try await scene.run("run", "--wait", "60s")
            #expect(try await scene.rotation().state == "abandoned", "\(outcome)")
            let isBack = await eventually(within: .seconds(20)) {
                (try? await scene.stored()) == before
            }
            #expect(isBack)
            for consumer in scene.consumers {
                let counts = try await consumer.stop()
                #expect(counts.failed == 0, "\(consumer.name): \(counts.lastFailure)")
            }
        }
    }
}
