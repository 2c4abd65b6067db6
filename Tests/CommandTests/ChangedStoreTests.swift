import Foundation
import ProcessTesting
import Testing

/// Stores that somebody else writes, too.
struct ChangedStoreTests {
    @Test func `a store that was put back is written again`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "distribute")
            let new = try stage.stored()
            try stage.store(stage.old)
            let outcome = try await stage.run("run", "--until", "verify", "--wait", "30s")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(outcome.output.contains("writing it again"), "\(outcome)")
            #expect(try stage.stored() == new)
            try await stage.expectBothAccepted()
            try await stage.expectCompletion()
        }
    }

    @Test func `a foreign value is never overwritten`() async throws {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            let foreign = Stage.makeSecret()
            try await stage.consumer.stop()
            try stage.store(foreign)
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "store-changed")
            #expect(try stage.stored() == foreign)
            #expect(try await stage.server.client(Stage.client).secrets.count == 2)
            try stage.store(stage.old)
            try await stage.succeed("resume", "billing")
            let outcome = try await stage.run("run", "--until", "distribute")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(try stage.stored() != stage.old)
            try await stage.expectBothAccepted()
        }
    }

    @Test func `a foreign value holds the rotation before the old secret is touched`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.begin(until: "verify")
            let new = try stage.stored()
            let foreign = Stage.makeSecret()
            try await stage.consumer.stop()
            try stage.store(foreign)
            try await stage.run("run", "--wait", "5s").expect(exit: 20, "store-changed")
            #expect(try stage.stored() == foreign)
            let accepted = try await stage.server.client(Stage.client).secrets
            #expect(accepted.filter(\.isAccepted).count == 2)
            try stage.store(new)
            let again = try await ConsumerProcess.start(
                "web-1", on: stage.bench, client: Stage.client, at: stage.server, .okta,
                reading: .watching(file: stage.bench.at("store/secret")))
            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
            #expect(try await again.stop().failed == 0)
        }
    }

    @Test func `somebody who puts the old secret back again and again is a second writer`()
        async throws
    {
        try await Stage.open { stage in
            try await stage.begin(until: "generate")
            // A consumer that sleeps keeps the rotation waiting where stores are looked at.
            stage.consumer.process.send(SIGSTOP)
            try await stage.succeed("run", "--wait", "1s")
            for _ in 1...3 {
                try stage.store(stage.old)
                try await stage.succeed("run", "--wait", "1s")
                #expect(try stage.stored() != stage.old)
            }
            try stage.store(stage.old)
            try await stage.run("run", "--wait", "1s").expect(exit: 20, "two-writers")
            try await stage.expectBothAccepted()
            #expect(try stage.stored() == stage.old)
            stage.consumer.process.send(SIGCONT)
            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
        }
    }

    @Test func `stores that disagree hold the rotation before anything is made`() async throws {
        try await Stage.open(plan: { plan, bench in
            let path = try bench.write(Stage.makeSecret(), to: "store/second")
            plan.stores.append(PlanText.file(path, "name: second"))
        }) { stage in
            let check = try await stage.run("check", "billing")
            #expect(check.exit == 1, "\(check)")
            #expect(check.output.contains("[stores-disagree]"), "\(check)")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 20, "stores-disagree", saying: "second")
            try await stage.expectUntouched()
            try stage.bench.write(stage.old, to: "store/second")
            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
            #expect(try stage.stored(in: "second") == stage.stored())
        }
    }
}
