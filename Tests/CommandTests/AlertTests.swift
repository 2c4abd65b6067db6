import Foundation
import ProcessTesting
import Testing

/// Who is told when something is the matter, and how often.
struct AlertTests {
    /// A stage whose `alerts.yaml` names a webhook `ops`, and a receiver.
    private func open(
        _ more: @escaping @Sendable (Receiver) -> [String] = { _ in [] },
        plan: (inout PlanText, Workbench) throws -> Void = { _, _ in },
        _ body: (Stage, Receiver) async throws -> Void
    ) async throws {
        try await Stage.open(plan: plan) { stage in
            let receiver = try Receiver(on: stage.bench)
            let lines =
                [
                    "channels:",
                    "  - {type: webhook, name: ops, url: '\(receiver.url)/ops'}",
                ] + more(receiver)
            try stage.bench.write(
                lines.joined(separator: "\n") + "\n", to: "plans/alerts.yaml")
            try await body(stage, receiver)
        }
    }

    @Test func `a held rotation is told of once, and that it is over once`() async throws {
        try await open { stage, receiver in
            try await stage.begin(until: "distribute")
            #expect(receiver.messages(at: "/ops").isEmpty)
            // Somebody else writes the store: the rotation can't go on.
            try stage.store("somebody-elses-value-0123456789")
            for _ in 0..<4 {
                let outcome = try await stage.run("run", "-q", "--wait", "5s")
                #expect(outcome.exit == 20, "\(outcome)")
            }
            let message = try #require(receiver.messages(at: "/ops").first)
            let alert = try message.alert()
            #expect(alert.type == "holdover.alert.firing")
            #expect(alert.data.kind == "rotation-held" && alert.data.client == "billing")
            #expect(alert.data.standing == "both secrets are accepted")
            #expect(alert.data.next.hasPrefix("holdover explain billing; "))
            #expect(message.headers["webhook-id"] == alert.id)
            #expect(receiver.messages(at: "/ops").count == 1)
            let list = try await stage.succeed("alerts")
            #expect(list.output.contains("warning  billing: the rotation stands still"))
            try await stage.succeed("rollback", "billing")
            try stage.store(stage.old)
            _ = try await stage.run("run", "--wait", "30s")
            try await stage.succeed("run")
            #expect(try receiver.events(at: "/ops") == ["firing", "resolved"])
            #expect(try await stage.succeed("alerts").output.contains("0 firing"))
            try await expectNoSecret(stage, receiver)
        }
    }

    private func expectNoSecret(_ stage: Stage, _ receiver: Receiver) async throws {
        let new = try stage.stored()
        for message in receiver.messages(at: "/ops") {
            let text = String(decoding: message.body, as: UTF8.self)
            #expect(!text.contains(stage.old) && !text.contains(new))
        }
    }

    @Test func `a server that is away is told of in the third run, and a run is pinged`()
        async throws
    {
        try await open({ ["ping: {url: '\($0.url)/ping'}"] }) { stage, receiver in
            try await stage.succeed("run")
            #expect(receiver.messages(at: "/ping").map(\.method) == ["GET"])
            try await stage.begin()
            try await stage.server.fault(
                "error_before_effect", method: "GET",
                path: "/api/v1/apps/billing/credentials/secrets", times: 1_000,
                more: #","status":503"#)
            for run in 1...4 {
                // As long as the pause between two attempts at most: each run looks.
                _ = try await stage.run("run", "--wait", "1s")
                #expect(receiver.messages(at: "/ops").count == (run < 3 ? 0 : 1))
            }
            let alert = try #require(receiver.messages(at: "/ops").first).alert()
            #expect(alert.data.kind == "target-away" && alert.data.code == "server-unavailable")
            // What the next run tries again is no failure of this one.
            #expect(receiver.messages(at: "/ping/fail").isEmpty)
            try await stage.server.clearFaults()
            try await stage.expectCompletion()
            #expect(try receiver.events(at: "/ops") == ["firing", "resolved"])
        }
    }

    @Test func `between two attempts a run says what it waits for, and looks at nothing`()
        async throws
    {
        try await open(
            { ["ping: {url: '\($0.url)/ping'}"] },
            plan: { plan, _ in plan.set("retry: {first: 1h, cap: 6h}") }
        ) { stage, receiver in
            try await stage.begin()
            try await stage.server.fault(
                "error_before_effect", method: "GET", path: "/api/v1/apps/billing")
            for _ in 1...4 {
                try await stage.run("run").expect(
                    exit: 75, "server-unavailable", saying: "billing: ")
            }
            // Seen once, however many runs there were since.
            #expect(receiver.messages(at: "/ops").isEmpty)
            #expect(receiver.messages(at: "/ping").count == 4)
            try await stage.expectUntouched()
            try await stage.succeed("retry", "billing")
            try await stage.succeed("run")
            #expect(receiver.messages(at: "/ops").isEmpty)
        }
    }

    @Test func `a secret that is disabled and kept so is said to be no more than that`()
        async throws
    {
        try await open(plan: { plan, _ in plan.set("keep_disabled: 10m") }) { stage, receiver in
            try await stage.begin()
            try await stage.succeed("run", "--wait", "30s", "--until", "verify")
            let run = try stage.holdover.spawn(["run", "--wait", "10m"])
            try await stage.waitFor(phase: "delete")
            await run.end()
            try await stage.succeed("hold", Stage.client, "--reason", "test")
            let held = try await stage.run("run")
            #expect(held.exit == 20, "\(held)")
            let alert = try #require(receiver.messages(at: "/ops").first).alert()
            #expect(
                alert.data.standing
                    == "the new secret is accepted; the old one can be put back with one command")
        }
    }

    @Test func `a plan that is wrong is one alert, however its folder is spelled`() async throws {
        try await open { stage, receiver in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            let folder = stage.bench.plansDirectory
            for spelling in [folder, "\(folder)/", "\(folder)/../plans", folder] {
                let run = try await stage.run("run", "--plans-dir", spelling)
                #expect(run.exit == 2, "\(run)")
            }
            #expect(try receiver.events(at: "/ops") == ["firing"])
            let alert = try #require(receiver.messages(at: "/ops").first).alert()
            #expect(alert.data.subject == "other.yaml")
        }
    }

    @Test func `a kill between the sending and the record sends the same message again`()
        async throws
    {
        try await open { stage, receiver in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            receiver.set("/ops", .silence)
            let run = try stage.holdover.spawn(["run"])
            let isSent = await eventually(within: .seconds(30)) {
                !receiver.messages(at: "/ops").isEmpty
            }
            #expect(isSent)
            run.send(SIGKILL)
            #expect(await run.wait() == .signalled(SIGKILL))
            receiver.set("/ops", .status(204, ""))
            _ = try await stage.run("run")
            _ = try await stage.run("run")
            let messages = receiver.messages(at: "/ops")
            #expect(messages.count == 2)
            #expect(Set(messages.compactMap { $0.headers["webhook-id"] }).count == 1)
            #expect(messages.first?.body == messages.last?.body)
        }
    }

    @Test func `a channel that hangs changes nothing of a run, and the other hears`() async throws {
        let more: @Sendable (Receiver) -> [String] = {
            ["  - {type: slack, name: chat, url: 'env:CHAT'}", "ping: {url: '\($0.url)/ping'}"]
        }
        try await open(more) { stage, receiver in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            try await stage.succeed("start", "billing")
            receiver.set("/chat", .silence)
            receiver.set("/ping", .silence)
            let outcome = try await stage.run(
                "run", "--wait", "10s", environment: ["CHAT": "\(receiver.url)/chat"])
            // The wrong plan, and nothing else.
            #expect(outcome.exit == 3, "\(outcome)")
            #expect(try await stage.rotation().state == "completed")
            #expect(try receiver.events(at: "/ops") == ["firing"])
            #expect(receiver.messages(at: "/chat").count == 1)
            let status = try await stage.succeed("status")
            #expect(status.output.contains("alerts undelivered: chat: 1 since "), "\(status)")
            #expect(!status.output.contains("/chat"))
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a file system takes root"))
    func `a full disk neither loses a message nor has each run send it again`() async throws {
        try await open { stage, receiver in
            let small = try await SmallDisk(at: stage.bench.directory("small"), on: stage.bench)
            let state = ["HOLDOVER_STATE_DIR": "\(small.path)/state"]
            #expect(try await stage.run("init", environment: state).exit == 0)
            try stage.bench.write("client: other", to: "plans/other.yaml")
            receiver.set("/ops", .status(503))
            #expect(try await stage.run("run", environment: state).exit == 2)
            #expect(try receiver.events(at: "/ops") == ["firing"])
            try small.fill()
            receiver.set("/ops", .status(204, ""))
            for _ in 0..<4 {
                let outcome = try await stage.run("run", environment: state)
                outcome.expect(exit: 12, "disk-full")
            }
            let kinds = { try receiver.messages(at: "/ops").map { try $0.alert().data.kind } }
            #expect(try kinds() == ["plan-wrong", "run-failed"])
            try small.free()
            for _ in 0..<3 { _ = try await stage.run("run", environment: state) }
            let messages = try receiver.messages(at: "/ops").map { try $0.alert() }
            #expect(try kinds() == ["plan-wrong", "run-failed", "plan-wrong", "run-failed"])
            #expect(messages.last?.type == "holdover.alert.resolved")
            // What was refused the first time, under the same id.
            #expect(messages.first?.id == messages.dropFirst(2).first?.id)
            await small.unmount()
        }
    }

    @Test func `another run need not wait until everybody was told`() async throws {
        try await open { stage, receiver in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            receiver.set("/ops", .silence)
            let first = try stage.holdover.spawn(["run"])
            _ = await eventually(within: .seconds(30)) { !receiver.messages(at: "/ops").isEmpty }
            let second = try await stage.run("run")
            #expect(first.ending == nil, "the first was over before the second began")
            #expect(second.exit == 2, "\(second)")
            #expect(receiver.messages(at: "/ops").count == 1)
            first.send(SIGKILL)
        }
    }

    @Test func `settings that are wrong are said by every command that needs them`() async throws {
        try await open({ _ in ["  - {type: slak, url: 'env:X'}"] }) { stage, _ in
            for arguments in [["check", "--static"], ["alerts"], ["alerts", "test"]] {
                let outcome = try await stage.holdover.run(arguments)
                outcome.expect(exit: 2, "unknown-type", saying: "alerts.yaml:3:")
                #expect(outcome.errors.contains("did you mean slack?"))
            }
            try await stage.succeed("start", "billing")
            let run = try await stage.run("run", "--wait", "30s")
            run.expect(exit: 2, "unknown-type")
            #expect(try await stage.rotation().state == "completed")
        }
    }

    @Test func `a test message says of each channel what came of it`() async throws {
        let more: @Sendable (Receiver) -> [String] = { _ in
            ["  - {type: exec, name: own, command: ['/bin/sh', '-c', 'exit 7']}"]
        }
        try await open(more) { stage, receiver in
            let all = try await stage.run("alerts", "test")
            #expect(all.exit == 75, "\(all)")
            #expect(all.output.contains("ops (webhook): sent\n"), "\(all)")
            #expect(all.output.contains("own (exec): failed: exec: /bin/sh: exit status 7"))
            let one = try await stage.succeed("alerts", "test", "ops", "--json")
            #expect(one.output.contains(#""sent" : true"#))
            try await stage.run("alerts", "test", "osp").expect(exit: 2, "unknown-channel")
            receiver.set("/ops", .status(404, "gone"))
            let refused = try await stage.run("alerts", "test", "ops")
            #expect(refused.exit == 1, "\(refused)")
            #expect(refused.output.contains("[webhook-not-found]"))
            #expect(receiver.messages(at: "/ops").count == 3)
        }
    }

    @Test func `a frozen journal is told of without it, once, and when that is over`() async throws
    {
        try await open({ ["ping: {url: '\($0.url)/ping'}"] }) { stage, receiver in
            let key = stage.bench.at("key")
            let names = try FileManager.default.contentsOfDirectory(atPath: key)
            let anchor = try #require(names.first { $0.hasPrefix("holdover-anchor-") })
            try FileManager.default.moveItem(
                atPath: "\(key)/\(anchor)", toPath: stage.bench.at("anchor"))
            for _ in 0..<3 {
                try await stage.run("run").expect(exit: 12, "anchor-missing")
            }
            #expect(receiver.messages(at: "/ping/fail").count == 3)
            let alert = try #require(receiver.messages(at: "/ops").first).alert()
            #expect(alert.data.kind == "journal-frozen" && alert.data.severity == "critical")
            #expect(alert.data.next.hasPrefix("holdover recover"))
            #expect(receiver.messages(at: "/ops").count == 1)
            try FileManager.default.moveItem(
                atPath: stage.bench.at("anchor"), toPath: "\(key)/\(anchor)")
            try await stage.succeed("run")
            #expect(try receiver.events(at: "/ops") == ["firing", "resolved"])
            #expect(receiver.messages(at: "/ping").count == 1)
        }
    }

    @Test func `a receiver that refuses is said by the run, which goes on`() async throws {
        try await open { stage, receiver in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            receiver.set("/ops", .status(401, "who are you?"))
            let run = try await stage.run("run", "-q")
            #expect(run.exit == 2, "\(run)")
            #expect(
                run.errors.contains(
                    "holdover: warning: alerts: ops: webhook: HTTP 401: who are you? "
                        + "[webhook-unauthorized]"), "\(run)")
            #expect(try await stage.succeed("alerts", "--json").output.contains("HTTP 401"))
        }
    }

    @Test func `without settings nobody is told, and nothing is kept`() async throws {
        try await Stage.open { stage in
            try stage.bench.write("client: other", to: "plans/other.yaml")
            _ = try await stage.run("run")
            let list = try await stage.succeed("alerts")
            #expect(list.output.contains("0 firing\nnobody is told"), "\(list)")
            try await stage.run("alerts", "test").expect(exit: 2, "no-alerts")
            let files = try FileManager.default.contentsOfDirectory(
                atPath: stage.bench.stateDirectory)
            #expect(!files.contains("holdover.alerts"))
        }
    }
}
