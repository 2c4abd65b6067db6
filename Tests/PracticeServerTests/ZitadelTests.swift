import Foundation
import Testing

/// Zitadel's rules for the secret of a machine user.
struct ZitadelTests {
    private let server: PracticeProcess
    private let id: String
    private let first = "first-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        id = try server.makeClient(
            #"{"dialect":"zitadel","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func admin(_ path: String, _ body: String = "{}", as token: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            "POST", "/zitadel/v2/users\(path)",
            headers: [
                "Authorization": "Bearer \(token ?? server.lines["ZITADEL_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func search(_ name: String, method: String = "EQUALS") throws -> RawHTTP.Answer {
        try admin(
            "",
            #"{"queries":[{"loginNameQuery":{"loginName":"\#(name)","#
                + #""method":"TEXT_QUERY_METHOD_\#(method)"}}]}"#)
    }

    private func token(_ id: String, _ secret: String, scope: String = "&scope=openid") throws
        -> RawHTTP.Answer
    {
        try server.token(
            "/zitadel/oauth/v2/token", id, secret, form: "grant_type=client_credentials\(scope)")
    }

    @Test func `a new secret overwrites the old one and is shown once`() throws {
        let made = try admin("/\(id)/secret")
        let value = try #require(made.json["clientSecret"].string)
        #expect(try token("billing", value).status == 200)
        let dead = try token("billing", first)
        #expect(dead.status == 400 && dead.json["error"] == "invalid_request")
        #expect(dead.json["error_description"] == "Errors.User.Machine.Secret.Invalid")
        let user = try search("billing").json["result"][0]
        #expect(user["machine"]["hasSecret"] == .bool(true) && user["userId"].string == id)
        #expect(!(try search("billing").text.contains(value)))
    }

    @Test func `users are searched by their whole login name`() throws {
        #expect(try search("bill").json["result"] == .null)
        #expect(try search("bill").json["details"]["totalResult"] == "0")
        #expect(try search("billing", method: "CONTAINS").status == 400)
        #expect(try admin("", "{}").status == 400)
    }

    @Test func `only who may, and only for a user that there is`() throws {
        let user = server.lines["ZITADEL_USER_TOKEN"] ?? ""
        #expect(try admin("/\(id)/secret", as: user).status == 403)
        #expect(try admin("/\(id)/secret", as: "none").status == 401)
        #expect(try admin("/0/secret").status == 404)
        #expect(try token("billing", first).status == 200)
        #expect(try token("nobody", first).status == 401)
        #expect(try token("billing", first, scope: "").status == 400)
    }
}
