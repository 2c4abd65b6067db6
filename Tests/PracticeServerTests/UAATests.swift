import Foundation
import Testing

/// UAA's rules for the secrets of a client.
struct UAATests {
    private let server: PracticeProcess
    private let token: String
    private let first = "first-secret-0123456789"
    private let path = "/oauth/clients/billing"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"uaa","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["UAA_ADMIN_CLIENT_ID"] ?? "",
            server.lines["UAA_ADMIN_CLIENT_SECRET"] ?? "")
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(_ server: PracticeProcess, _ id: String, _ secret: String) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            "POST", "/uaa/oauth/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "grant_type=client_credentials&client_id=\(id)&client_secret=\(secret)")
    }

    private func admin(_ method: String, _ more: String = "", _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "/uaa\(path)\(more)",
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: body)
    }

    private func change(_ mode: String, _ secret: String? = nil) throws -> RawHTTP.Answer {
        let value = secret.map { #","secret":"\#($0)""# } ?? ""
        return try admin(
            "PUT", "/secret", #"{"clientId":"billing","changeMode":"\#(mode)"\#(value)}"#)
    }

    private func accepts(_ secret: String) throws -> Bool {
        try Self.token(server, "billing", secret).status == 200
    }

    @Test func `a second secret is taken beside the first, and a third one is refused`() throws {
        #expect(try change("ADD", "second").json["message"] == "Secret is added")
        #expect(try accepts(first) && accepts("second"))
        let third = try change("ADD", "third")
        #expect(third.status == 400 && third.json["error"] == "invalid_client")
        #expect(third.json["error_description"].string?.contains("two secrets") == true)
        #expect(try !accepts("third"))
    }

    @Test func `the older one is dropped, whichever was meant, and never the last`() throws {
        _ = try change("ADD", "second")
        #expect(try change("DELETE").status == 200)
        #expect(try !accepts(first) && accepts("second"))
        let refused = try change("DELETE")
        #expect(refused.status == 400)
        #expect(refused.json["error_description"].string?.contains("only one") == true)
        #expect(try accepts("second"))
    }

    @Test func `without a mode one secret takes the place of all`() throws {
        _ = try change("ADD", "second")
        #expect(try admin("PUT", "/secret", #"{"secret":"third"}"#).status == 200)
        #expect(try !accepts(first) && !accepts("second") && accepts("third"))
        #expect(try change("UPDATE").status == 400)
    }

    @Test func `a client is shown without its secrets`() throws {
        _ = try change("ADD", "second")
        let shown = try admin("GET")
        #expect(shown.status == 200 && shown.json["client_id"] == "billing")
        #expect(!shown.text.contains("second") && !shown.text.contains(first))
    }

    @Test func `a dead secret is unauthorized, and so is who lacks the authority`() throws {
        let dead = try Self.token(server, "billing", "wrong")
        #expect(dead.status == 401 && dead.json["error"] == "unauthorized")
        let own = try Self.token(server, "billing", first).json["access_token"].string ?? ""
        let denied = try server.http.send(
            "GET", "/uaa\(path)", headers: ["Authorization": "Bearer \(own)"])
        #expect(denied.status == 403 && denied.json["error"] == "insufficient_scope")
        #expect(try server.http.send("GET", "/uaa\(path)").status == 401)
    }

    @Test(.enabled(if: Contract.uaa != nil, "the vendors' contracts are absent"))
    func `what it answers fits the description`() throws {
        let contract = try #require(Contract.uaa)
        let shown = try admin("GET")
        #expect(contract.problems(shown, to: "GET", "/oauth/clients/{client_id}") == [])
        for (mode, status) in [
            ("ADD", 200), ("ADD", 400), ("DELETE", 200), ("DELETE", 400), ("UPDATE", 200),
        ] {
            let answer = try change(mode, "another")
            #expect(answer.status == status)
            let problems = contract.problems(
                answer, to: "PUT", "/oauth/clients/{client_id}/secret")
            #expect(problems == [], "\(mode)")
        }
    }
}
