import Foundation
import Testing

/// Glewlwyd's rules for a client and its secret, as 2.7.5 answered.
struct GlewlwydTests {
    private let server: PracticeProcess
    private let first = "firstSecret0123456789"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"glewlwyd","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func token(_ secret: String, _ more: String = "&scope=read") throws -> RawHTTP.Answer {
        try server.token(
            "/glewlwyd/api/oidc/token", "billing", secret,
            form: "grant_type=client_credentials\(more)")
    }

    private func admin(
        _ method: String, _ body: String? = nil, id: String = "billing", token: String? = nil
    ) throws -> RawHTTP.Answer {
        let token = token ?? server.lines["GLEWLWYD_TOKEN"] ?? ""
        return try server.http.send(
            method, "/glewlwyd/api/client/\(id)", headers: ["Authorization": "token \(token)"],
            body: body)
    }

    @Test func `a client is shown with its secret, and sent back it is the same`() throws {
        let shown = try admin("GET")
        #expect(shown.status == 200)
        #expect(shown.json["client_secret"].string == first && shown.json["source"] == "database")
        let back = try admin("PUT", shown.text.replacing(first, with: "second"))
        #expect(back.status == 200 && back.text.isEmpty)
        #expect(try admin("GET").text == shown.text.replacing(first, with: "second"))
        #expect(try token(first).status == 403)
        #expect(try token("second").status == 200)
    }

    @Test func `what an update leaves out is dropped, and nobody says so`() throws {
        #expect(try admin("PUT", #"{"client_secret":"second"}"#).status == 200)
        let left = try admin("GET").json
        #expect(left["scope"][0] == "read" && left["enabled"].bool == true)
        #expect(left["authorization_type"] == .null && left["client_secret"] == "second")
        #expect(try token("second").status == 403)
        #expect(try admin("PUT", "[]").status == 200)
        #expect(try admin("GET").json["client_secret"] == .null)
    }

    @Test func `updates that are refused, and who is`() throws {
        #expect(try admin("PUT", "{}").status == 400)
        #expect(try admin("PUT", "no JSON").status == 400)
        let number = try admin("PUT", #"{"client_secret":5}"#)
        #expect(number.status == 400 && number.text.contains("must be a string value"))
        #expect(try admin("GET", id: "nobody").status == 404)
        #expect(try admin("GET", id: "billing?source=elsewhere").status == 404)
        let denied = try admin("GET", token: "wrong")
        #expect(denied.status == 401 && denied.text.isEmpty)
    }

    @Test func `the token endpoint refuses without a word, for whatever reason`() throws {
        for answer in [
            try token("wrong"), try token(first, ""), try token(first, "&scope="),
            try server.post(
                "/glewlwyd/api/oidc/token", "grant_type=client_credentials&scope=read"),
        ] {
            #expect(answer.status == 403 && answer.text.isEmpty)
        }
        let scope = try token(first, "&scope=other")
        #expect(scope.status == 400 && scope.json["error"] == "scope_invalid")
        #expect(try token(first, "&scope=read+other").json["scope"] == "read")
        let grant = try server.token(
            "/glewlwyd/api/oidc/token", "billing", first, form: "grant_type=other&scope=read")
        #expect(grant.status == 400 && grant.text.isEmpty)
    }
}
