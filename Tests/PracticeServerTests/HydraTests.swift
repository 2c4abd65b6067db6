import Foundation
import Testing

/// Hydra's rules for the secrets of a client.
struct HydraTests {
    private let server: PracticeProcess
    private let first = "first-secret-0123456789"
    private let path = "/admin/clients/billing"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"hydra","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func token(_ secret: String) throws -> RawHTTP.Answer {
        try server.http.send(
            "POST", "/hydra/oauth2/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "grant_type=client_credentials&client_id=billing&client_secret=\(secret)")
    }

    private func accepts(_ secret: String) throws -> Bool { try token(secret).status == 200 }

    private func admin(_ method: String, _ more: String = "", _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "/hydra\(path)\(more)", headers: ["Content-Type": "application/json"],
            body: body)
    }

    private func rotate() throws -> String {
        let made = try admin("POST", "/secrets/rotate")
        #expect(made.status == 200)
        return try #require(made.json["client_secret"].string)
    }

    private func patch(_ secret: String) throws -> RawHTTP.Answer {
        try admin(
            "PATCH", "", #"[{"op":"replace","path":"/client_secret","value":"\#(secret)"}]"#)
    }

    @Test func `five secrets are retained, and the sixth pushes the oldest out`() throws {
        var made = [first]
        for _ in 1...5 { made.append(try rotate()) }
        #expect(try made.allSatisfy(accepts))
        made.append(try rotate())
        #expect(try !accepts(made[0]) && made.dropFirst().allSatisfy(accepts))
        #expect(made.dropFirst().allSatisfy { $0.count == 26 })
    }

    @Test func `dropping what is retained keeps whichever was made last`() throws {
        let second = try rotate()
        let third = try rotate()
        #expect(try admin("DELETE", "/secrets/rotate").status == 200)
        #expect(try !accepts(first) && !accepts(second) && accepts(third))
    }

    @Test func `a secret that is put in force drops all others, also a retained one`() throws {
        let second = try rotate()
        #expect(try patch(first).status == 200)
        #expect(try accepts(first) && !accepts(second))
        #expect(try patch("another-secret").status == 200)
        #expect(try !accepts(first) && accepts("another-secret"))
        #expect(try patch("short").status == 400)
    }

    @Test func `a client is shown without its secrets, and who has none can't rotate`() throws {
        let second = try rotate()
        let shown = try admin("GET")
        #expect(shown.status == 200 && shown.json["client_id"] == "billing")
        #expect(!shown.text.contains(second) && !shown.text.contains(first))
        try server.makeClient(
            #"{"dialect":"hydra","client_id":"signer","auth_method":"client_secret_jwt"}"#)
        let refused = try server.http.send("POST", "/hydra/admin/clients/signer/secrets/rotate")
        #expect(refused.status == 400)
        let nobody = try server.http.send("GET", "/hydra/admin/clients/nobody")
        #expect(nobody.status == 404)
        #expect(try token("wrong").json["error"] == "invalid_client")
    }

    @Test(.enabled(if: Contract.hydra != nil, "the vendors' contracts are absent"))
    func `what it answers fits the vendor's description`() throws {
        let contract = try #require(Contract.hydra)
        let client = "/admin/clients/{id}"
        let rotation = "\(client)/secrets/rotate"
        for (answer, method, path, status) in [
            (try admin("GET"), "GET", client, 200),
            (try admin("POST", "/secrets/rotate"), "POST", rotation, 200),
            (try patch("another-secret"), "PATCH", client, 200),
            (try patch("short"), "PATCH", client, 400),
            (try admin("DELETE", "/secrets/rotate"), "DELETE", rotation, 200),
            (try server.http.send("GET", "/hydra/admin/clients/nobody"), "GET", client, 404),
        ] {
            #expect(answer.status == status)
            #expect(contract.problems(answer, to: method, path) == [], "\(method) \(path)")
        }
    }
}
