import Foundation
import ProcessTesting
import Testing

/// Servers that Holdover has no adapter for: by a program, and by requests that the plan describes.
struct OwnServerTests {
    typealias Kind = PlanText.OwnServer

    @Test(arguments: Kind.allCases)
    func `a rotation is completed, and no consumer fails`(kind: Kind) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in plan.describe(as: kind) }) { stage in
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Kind.allCases, ["lost_answer", "error_before_effect"])
    func `a lost answer to a creation is found out about`(kind: Kind, fault: String) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in plan.describe(as: kind) }) { stage in
            try await stage.server.fault(fault, method: "POST", path: kind.creation)
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Kind.allCases)
    func `a rollback leads back`(kind: Kind) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in plan.describe(as: kind) }) { stage in
            try await stage.begin(until: "distribute")
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.expectReturn()
        }
    }

    @Test func `the suite says what holds, and leaves a secret that is accepted`() async throws {
        try await Stage.open(plan: { plan, _ in plan.describe(as: .exec) }) { stage in
            let asked = try await stage.run("adapter", "test", Stage.client)
            #expect(asked.exit == 2 && asked.errors.contains("--yes"), "\(asked)")
            #expect(try stage.stored() == stage.old)
            let outcome = try await stage.run("adapter", "test", Stage.client, "--yes")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(outcome.output.contains("ok      a secret is replaced"), "\(outcome)")
            #expect(try stage.stored() != stage.old)
            try await stage.expectAccepted(try stage.stored())
            #expect(try await stage.server.client(Stage.client).live.count == 1)
        }
    }

    @Test func `what doesn't hold is said in words, and is exit code 1`() async throws {
        try await Stage.open(
            plan: { plan, _ in
                plan.describe(as: .exec)
                plan.server = plan.server.map { $0.replacing("limit: 2", with: "limit: 3") }
            }
        ) { stage in
            let outcome = try await stage.run("adapter", "test", Stage.client, "--yes")
            #expect(outcome.exit == 1, "\(outcome)")
            #expect(outcome.output.contains("broken  a secret is withdrawn"), "\(outcome)")
            try await stage.expectAccepted(try stage.stored())
            let json = try await stage.run("adapter", "test", Stage.client, "--yes", "--json")
            #expect(json.exit == 1 && json.output.contains(#""violations""#), "\(json)")
        }
    }

    /// The plan's store is a program's.
    private static func addStore(to plan: inout PlanText, on bench: Workbench) throws {
        let program = RealServerProcess.service("exec-store.py")
        let path = try bench.write(
            #"{"secret":"kept-0001","version":"1","client_id":"billing"}"#, to: "store/s.json")
        plan.stores.append([
            "type: exec", "name: own", "command: [python3, '\(program)', '\(path)']",
            "capabilities: {compares: true, client_id: true}",
        ])
    }

    @Test func `the suite for a store says what holds, and puts back what was there`() async throws
    {
        try await Stage.open(plan: { try Self.addStore(to: &$0, on: $1) }) { stage in
            let client = Stage.client
            let asked = try await stage.run("adapter", "test", client, "--store", "own")
            #expect(asked.exit == 2 && asked.errors.contains("--store own --yes"), "\(asked)")
            let unknown = try await stage.run("adapter", "test", client, "--store", "no", "--yes")
            #expect(unknown.exit == 2 && unknown.errors.contains("file, own"), "\(unknown)")
            let outcome = try await stage.run("adapter", "test", client, "--store", "own", "--yes")
            #expect(outcome.exit == 0, "\(outcome)")
            #expect(outcome.output.contains("ok      a stale version is refused"), "\(outcome)")
            let held = try stage.stored(in: "s.json")
            #expect(held.contains(#""kept-0001""#) && held.contains(#""billing""#), "\(held)")
            #expect(try stage.stored() == stage.old)
            let json = try await stage.run(
                "adapter", "test", client, "--store", "file", "--yes", "--json")
            #expect(json.exit == 0 && json.output.contains(#""store" : "file""#), "\(json)")
            #expect(try stage.stored() == stage.old)
        }
    }

    @Test func `a server that holds one secret is refused before anything is touched`()
        async throws
    {
        try await Stage.open(
            plan: { plan, _ in
                plan.describe(as: .exec)
                plan.server = plan.server.map { $0.replacing("limit: 2", with: "limit: 1") }
            }
        ) { stage in
            let outcome = try await stage.run("check", Stage.client)
            #expect(outcome.exit == 1, "\(outcome)")
            #expect(outcome.output.contains("two can't overlap"), "\(outcome)")
            let refused = try await stage.run("start", Stage.client)
            #expect(refused.exit == 1 && refused.errors.contains("no-overlap"), "\(refused)")
            #expect(refused.errors.contains("nothing was started"), "\(refused)")
            #expect(try stage.stored() == stage.old)
        }
    }
}
