import Foundation
import Testing

/// authentik's rules for the secret of a provider.
struct AuthentikTests {
    private let server: PracticeProcess
    private let number: String
    private let first = "first-secret-0123456789"
    private let second = "second-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        number = try server.makeClient(
            #"{"dialect":"authentik","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func admin(
        _ method: String, _ path: String, _ body: String? = nil, as token: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, "/authentik/api/v3/providers/oauth2/\(path)",
            headers: [
                "Authorization": "Bearer \(token ?? server.lines["AUTHENTIK_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func put(_ secret: String) throws -> RawHTTP.Answer {
        try admin("PATCH", "\(number)/", #"{"client_secret":"\#(secret)"}"#)
    }

    private func token(_ id: String, _ secret: String, grant: String = "client_credentials") throws
        -> RawHTTP.Answer
    {
        try server.token(
            "/authentik/application/o/token/", id, secret, form: "grant_type=\(grant)")
    }

    @Test func `a chosen secret takes the place of the old one, and is shown`() throws {
        #expect(try put(second).json["client_secret"].string == second)
        #expect(try token("billing", second).status == 200)
        let dead = try token("billing", first)
        #expect(dead.status == 400 && dead.json["error"] == "invalid_grant")
        let listed = try admin("GET", "?client_id=billing").json
        #expect(listed["results"].array.map { $0["client_secret"].string } == [second])
        #expect(listed["pagination"]["count"] == .number(1))
        #expect(try admin("GET", "?client_id=bill").json["results"].array.isEmpty)
    }

    @Test func `a wrong secret is told from a denial where a code is missing`() throws {
        try server.makeClient(
            #"{"dialect":"authentik","client_id":"d","secret":"\#(first)","grants":["denied"]}"#)
        for (id, secret, plain, coded) in [
            ("billing", second, "invalid_grant", "invalid_client"),
            ("d", first, "invalid_grant", "invalid_grant"),
            ("d", second, "invalid_grant", "invalid_client"),
            ("nobody", first, "invalid_client", "invalid_client"),
        ] {
            #expect(try token(id, secret).json["error"].string == plain)
            let answer = try token(id, secret, grant: "authorization_code")
            #expect(answer.status == 400 && answer.json["error"].string == coded)
        }
        let right = try token("billing", first, grant: "authorization_code")
        #expect(right.status == 400 && right.json["error"] == "invalid_grant")
    }

    @Test func `only who may, with a value that fits, on a path that ends with a slash`() throws {
        #expect(try put(String(repeating: "x", count: 256)).status == 400)
        #expect(try put("").status == 400)
        #expect(try admin("PATCH", "\(number)/", #"{"client_secret":1}"#).status == 400)
        #expect(try admin("PATCH", number, #"{"client_secret":"\#(second)"}"#).status == 404)
        #expect(try admin("PATCH", "0/", #"{"client_secret":"\#(second)"}"#).status == 404)
        for token in [server.lines["AUTHENTIK_USER_TOKEN"] ?? "", "none"] {
            #expect(try admin("GET", "", as: token).status == 403)
        }
        #expect(try token("billing", first).status == 200)
    }
}
