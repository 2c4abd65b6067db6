import Foundation
import ProcessTesting
import Testing

/// Servers that are away, or answer nonsense.
struct ServerTroubleTests {
    private let listing = "/api/v1/apps/billing/credentials/secrets"

    @Test func `a server that is away is tried again by the next run`() async throws {
        try await Stage.open { stage in
            let address = stage.server.url
            let closed = "http://127.0.0.1:9"
            try stage.edit { plan in
                plan.server = plan.server.map { $0.replacing(address, with: closed) }
            }
            let check = try await stage.run("check", "billing")
            #expect(check.exit == 75, "\(check)")
            #expect(check.output.contains("problem: okta: "), "\(check)")
            #expect(check.output.contains("[okta-unreachable]"), "\(check)")
            try await stage.succeed("start", "billing")
            try await stage.run("run").expect(exit: 75, "server-unavailable", saying: "billing: ")
            try await stage.expectUntouched()
            // The server moves back: the plan is edited, and a person says that it counts.
            try stage.edit { _ in }
            try await stage.succeed("resume", "billing", "--accept-plan")
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: [503, 500])
    func `an error of the server before anything was made is waited out`(status: Int) async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "error_before_effect", method: "GET", path: listing, times: 100,
                more: #","status":\#(status)"#)
            let outcome = try await stage.run("run")
            outcome.expect(exit: 75, "server-unavailable", saying: "\(status)")
            try await stage.server.clearFaults()
            try await stage.expectUntouched()
            try await stage.expectCompletion()
        }
    }

    @Test func `a rate limit is waited out`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(
                "rate_limit", method: "POST", path: listing, more: #","retry_after":1"#)
            try await stage.run("run").expect(exit: 75, "server-unavailable")
            try await stage.expectUntouched()
            try await stage.expectCompletion()
        }
    }

    @Test func `a page of HTML is no list of secrets`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault("html", method: "GET", path: listing)
            try await stage.run("run").expect(exit: 20, "refused-by-target")
            try await stage.expectUntouched()
            let page = try await stage.succeed("explain", "billing")
            #expect(page.output.contains("you can: holdover resume billing"))
            try await stage.succeed("resume", "billing")
            try await stage.expectCompletion()
        }
    }

    /// What is asked only to see whether a rotation can begin at all.
    @Test(arguments: [
        (PracticeServerProcess.Dialect.okta, "/api/v1/apps/billing"),
        (.keycloak, "/admin/realms/practice/client-policies/profiles"),
    ])
    func `a server that is away for a moment before the creation is waited for`(
        dialect: PracticeServerProcess.Dialect, path: String
    ) async throws {
        try await Stage.open(dialect) { stage in
            try await stage.begin()
            try await stage.server.fault("error_before_effect", method: "GET", path: path)
            try await stage.run("run").expect(exit: 75, "server-unavailable")
            try await stage.expectUntouched()
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: ["html", "lost_answer", "error_before_effect"])
    func `a creation whose answer is lost is found out`(kind: String) async throws {
        try await Stage.open { stage in
            try await stage.begin()
            try await stage.server.fault(kind, method: "POST", path: listing)
            let outcome = try await stage.run("run")
            #expect(outcome.exit == 0, "\(outcome)")
            try await stage.expectCompletion()
            let report = try await stage.server.client(Stage.client)
            #expect(report.secrets.count == 2, "a secret too many was made")
        }
    }

    @Test func `a wrong admin token says so and touches nothing`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            let wrong = ["OKTA_API_TOKEN": "not-the-token"]
            let outcome = try await stage.run("run", environment: wrong)
            outcome.expect(exit: 4, "unauthorized", saying: "401")
            #expect(!outcome.description.contains("not-the-token"))
            try await stage.expectUntouched()
            let check = try await stage.run("check", environment: wrong)
            #expect(check.exit == 4, "\(check)")
            try await stage.expectCompletion()
        }
    }

    @Test func `what a server says is escaped on its way to the terminal`() async throws {
        try await Stage.open { stage in
            try await stage.begin()
            // The practice server says nothing hostile, so a process in front of it does.
            let host = try HostileServer(on: stage.bench)
            let address = stage.server.url
            try stage.edit { plan in
                plan.server = plan.server.map { $0.replacing(address, with: host.url) }
            }
            try await stage.succeed("resume", "billing", "--accept-plan")
            for arguments in [["run"], ["check"], ["status", "billing"], ["explain", "billing"]] {
                let said = try await stage.holdover.run(arguments).description
                #expect(said.contains("E0000022"), "\(said)")
                let hostile = said.unicodeScalars.filter {
                    ($0.value < 0x20 && $0 != "\n") || (0x7F...0x9F).contains($0.value)
                        || (0x202A...0x202E).contains($0.value)
                }
                #expect(hostile.isEmpty, "\(arguments)")
                #expect(!said.contains("\nholdover: state: all is well"))
                #expect(said.contains(#"\u{1b}[31m"#))
            }
            try stage.edit { _ in }
            try await stage.succeed("resume", "billing", "--accept-plan")
            try await stage.expectCompletion()
        }
    }
}
