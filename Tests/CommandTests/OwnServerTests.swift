import Foundation
import ProcessTesting
import Testing

/// Servers that Holdover has no adapter for: by a program, and by requests that the plan describes.
struct OwnServerTests {
    enum Kind: String, CaseIterable {
        case exec
        case http

        var dialect: PracticeServerProcess.Dialect { self == .exec ? .okta : .logto }

        /// The plan's server in the words of this adapter, made from those of the vendor's.
        func write(over plan: inout PlanText) {
            var values: [String: String] = [:]
            for line in plan.server {
                let parts = line.split(separator: ":", maxSplits: 1)
                values[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces)
            }
            let url = values["url"] ?? ""
            plan.server = self == .exec ? Self.exec(url, values) : Self.http(url, values)
        }

        private static func exec(_ url: String, _ values: [String: String]) -> [String] {
            let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().appendingPathComponent("Services/exec-server.py").path
            return [
                "type: exec", "command: [python3, '\(program)', '\(url)']",
                #"token: "env:OKTA_API_TOKEN""#,
                "token_endpoint: \(values["token_endpoint"] ?? "")",
                "capabilities: {limit: 2, origin: client, recognition: value, disable: true}",
            ]
        }

        private static func http(_ url: String, _ values: [String: String]) -> [String] {
            let admin = (values["admin"] ?? "").dropLast()
            return [
                "type: http", "url: \(url)", "token_endpoint: \(url)/oidc/token",
                "admin: \(admin), scope: all}",
                "capabilities: {limit: 5, origin: server, recognition: label}",
                "identity: {path: '/api/applications/{client_id}', at: /tenantId}",
                "list:", "  path: /api/applications/{client_id}/secrets", "  id: /name",
                "  label: /name", "  created_at: /createdAt",
                "create:", "  path: /api/applications/{client_id}/secrets",
                #"  body: '{"name": "{label}"}'"#, "  id: /name", "  value: /value",
                "delete: {path: '/api/applications/{client_id}/secrets/{id}'}",
            ]
        }

        var creation: String { self == .exec ? "/api/v1/apps/.*/secrets" : "/logto/.*/secrets" }
    }

    @Test(arguments: Kind.allCases)
    func `a rotation is completed, and no consumer fails`(kind: Kind) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in kind.write(over: &plan) }) { stage in
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Kind.allCases, ["lost_answer", "error_before_effect"])
    func `a lost answer to a creation is found out about`(kind: Kind, fault: String) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in kind.write(over: &plan) }) { stage in
            try await stage.server.fault(fault, method: "POST", path: kind.creation)
            try await stage.begin()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: Kind.allCases)
    func `a rollback leads back`(kind: Kind) async throws {
        try await Stage.open(kind.dialect, plan: { plan, _ in kind.write(over: &plan) }) { stage in
            try await stage.begin(until: "distribute")
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.expectReturn()
        }
    }

    @Test func `the suite says what holds, and leaves a secret that is accepted`() async throws {
        try await Stage.open(plan: { plan, _ in Kind.exec.write(over: &plan) }) { stage in
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
                Kind.exec.write(over: &plan)
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

    @Test func `a server that holds one secret is refused before anything is touched`()
        async throws
    {
        try await Stage.open(
            plan: { plan, _ in
                Kind.exec.write(over: &plan)
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
