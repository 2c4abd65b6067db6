import Foundation
import Testing

/// PingOne's rules for the secret of an application.
struct PingOneTests {
    private let server: PracticeProcess
    private let token: String
    private let first = "first-secret-0123456789"
    private let environment: String

    init() throws {
        server = try PracticeProcess()
        environment = server.lines["PINGONE_ENVIRONMENT"] ?? ""
        try server.makeClient(#"{"dialect":"pingone","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["PINGONE_ADMIN_CLIENT_ID"] ?? "",
            server.lines["PINGONE_ADMIN_CLIENT_SECRET"] ?? "")
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(_ server: PracticeProcess, _ id: String, _ secret: String) throws
        -> RawHTTP.Answer
    {
        let environment = server.lines["PINGONE_ENVIRONMENT"] ?? ""
        return try server.token("/pingone/auth/\(environment)/as/token", id, secret)
    }

    private func path(_ application: String = "billing") -> String {
        "/pingone/api/v1/environments/\(environment)/applications/\(application)/secret"
    }

    private func admin(_ method: String, _ body: String? = nil, of application: String = "billing")
        throws -> RawHTTP.Answer
    {
        try server.http.send(
            method, path(application),
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: body)
    }

    private func rotate(keepingFor seconds: Double = 3_600) throws -> RawHTTP.Answer {
        let end = Date(timeIntervalSinceNow: seconds).formatted(.iso8601)
        return try admin("POST", #"{"previous":{"expiresAt":"\#(end)"}}"#)
    }

    private func offset(_ milliseconds: Int) throws {
        let body = #"{"clock_offset_ms":\#(milliseconds)}"#
        #expect(try server.control("PUT", "settings", body).status == 200)
    }

    @Test func `the old secret is kept as the previous one, and both are shown`() throws {
        let made = try rotate()
        #expect(made.status == 200)
        let value = try #require(made.json["secret"].string)
        #expect(made.json["previous"]["secret"].string == first)
        #expect(made.json["previous"]["lastUsed"] == .null)
        for secret in [value, first] {
            #expect(try Self.token(server, "billing", secret).status == 200)
        }
        let shown = try admin("GET").json
        #expect(shown["secret"].string == value)
        #expect(shown["previous"]["lastUsed"].string != nil)
    }

    @Test func `a second rotation pushes the previous secret out`() throws {
        let second = try rotate().json["secret"].string
        let made = try rotate()
        #expect(made.json["previous"]["secret"].string == second)
        let refused = try Self.token(server, "billing", first)
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
    }

    @Test func `without a moment for the previous secret it is dead at once`() throws {
        let made = try admin("POST")
        #expect(made.status == 200 && made.json["previous"] == .null)
        #expect(try Self.token(server, "billing", first).status == 401)
    }

    @Test(arguments: [30, 31 * 86_400.0])
    func `a moment that is too near or too far is refused`(seconds: Double) throws {
        let refused = try rotate(keepingFor: seconds)
        #expect(refused.status == 400 && refused.json["code"] == "INVALID_DATA")
        #expect(try admin("GET").json["secret"].string == first)
    }

    @Test func `when its time is over the previous secret is refused, and shown no more`() throws {
        _ = try rotate(keepingFor: 120)
        try offset(130_000)
        #expect(try Self.token(server, "billing", first).status == 401)
        let previous = try admin("GET").json["previous"]
        #expect(previous["secret"] == .null && previous["expiresAt"] != .null)
        try offset(0)
    }

    @Test func `the previous secret is deleted once, and the one in force never`() throws {
        #expect(try admin("DELETE").status == 404)
        let value = try rotate().json["secret"].string ?? ""
        for status in [204, 404] { #expect(try admin("DELETE").status == status) }
        #expect(try Self.token(server, "billing", first).status == 401)
        #expect(try Self.token(server, "billing", value).status == 200)
    }

    @Test func `a worker reads no secret of its own, and without a role none at all`() throws {
        let own = try admin("GET", of: server.lines["PINGONE_ADMIN_CLIENT_ID"] ?? "")
        #expect(own.status == 403 && own.json["code"] == "ACCESS_FAILED")
        let plain = try Self.token(server, "billing", first).json["access_token"].string ?? ""
        let denied = try server.http.send(
            "GET", path(), headers: ["Authorization": "Bearer \(plain)"])
        #expect(denied.status == 403)
        #expect(try server.http.send("GET", path()).status == 401)
        #expect(try admin("GET", of: "nobody").status == 404)
    }

    @Test(.enabled(if: Contract.pingOne != nil, "the vendors' contracts are absent"))
    func `answers fit PingOne's contract`() throws {
        let contract = try #require(Contract.pingOne)
        let name = "/environments/{environmentID}/applications/{applicationID}/secret"
        #expect(contract.problems(try admin("GET"), to: "GET", name) == [])
        #expect(contract.problems(try rotate(), to: "POST", name) == [])
        #expect(contract.problems(try rotate(keepingFor: 1), to: "POST", name) == [])
        #expect(contract.problems(try admin("GET"), to: "GET", name) == [])
        for _ in 1...2 {
            #expect(contract.problems(try admin("DELETE"), to: "DELETE", name) == [])
        }
        #expect(contract.problems(try admin("GET", of: "nobody"), to: "GET", name) == [])
    }
}
