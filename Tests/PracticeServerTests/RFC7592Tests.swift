import Foundation
import Testing

/// What RFC 7592 says of a client that administers itself.
struct RFC7592Tests {
    private let server: PracticeProcess
    private let first = "firstSecret0123456789"
    private let rat = "registrationToken0123456789"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"rfc7592","client_id":"billing","internal_id":"\#(rat)","#
                + #""secret":"\#(first)"}"#)
    }

    private func ask(_ method: String, _ body: String? = nil, token: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "/rfc7592/register/billing",
            headers: ["Authorization": "Bearer \(token ?? rat)"], body: body)
    }

    private func token(_ secret: String) throws -> RawHTTP.Answer {
        try server.token("/rfc7592/token", "billing", secret)
    }

    private let update =
        #"{"client_id":"billing","grant_types":["client_credentials"],"scope":"read"}"#

    @Test func `a client reads itself with its registration access token`() throws {
        let shown = try ask("GET")
        #expect(shown.status == 200)
        #expect(shown.json["client_secret"].string == first)
        #expect(shown.json["registration_access_token"].string == rat)
        #expect(shown.json["registration_client_uri"].string?.hasSuffix("/billing") == true)
        #expect(shown.json["client_secret_expires_at"].number == 0)
    }

    @Test func `the metadata are at the place of RFC 8414 and at that of OpenID Connect`() throws {
        let places = [
            "/.well-known/oauth-authorization-server/rfc7592",
            "/rfc7592/.well-known/openid-configuration",
        ]
        for place in places {
            let document = try server.http.send("GET", place).json
            #expect(document["issuer"].string == "\(server.url)/rfc7592")
            #expect(document["token_endpoint"].string == "\(server.url)/rfc7592/token")
        }
    }

    @Test func `an update replaces the whole, and makes a new secret`() throws {
        let updated = try ask("PUT", update)
        #expect(updated.status == 200 && updated.json["client_name"] == .null)
        let second = try #require(updated.json["client_secret"].string)
        #expect(try token(first).status == 401)
        #expect(try token(second).status == 200)
        let bare = try ask("PUT", #"{"client_id":"billing"}"#)
        let third = try #require(bare.json["client_secret"].string)
        #expect(try token(third).json["error"] == "unauthorized_client")
    }

    @Test func `an update that may not be is refused, and changes nothing`() throws {
        for body in [
            "{}", #"{"client_id":"other"}"#, "no JSON",
            #"{"client_id":"billing","registration_access_token":"t"}"#,
            #"{"client_id":"billing","client_secret":"mine"}"#,
            #"{"client_id":"billing","client_id_issued_at":1}"#,
            #"{"client_id":"billing","token_endpoint_auth_method":["client_secret_basic"]}"#,
        ] {
            let refused = try ask("PUT", body)
            #expect(refused.status == 400, "\(body)")
            #expect(refused.json["error"] == "invalid_client_metadata", "\(body)")
        }
        #expect(try token(first).status == 200)
    }

    @Test func `a token that isn't the client's is refused, and dead if it is another's`() throws {
        #expect(try ask("GET", token: "nobody's").status == 401)
        try server.makeClient(
            #"{"dialect":"rfc7592","client_id":"other","internal_id":"othersToken"}"#)
        let own = ["Authorization": "Bearer othersToken"]
        #expect(try server.http.send("GET", "/rfc7592/register/other", headers: own).status == 200)
        #expect(try ask("GET", token: "othersToken").status == 401)
        #expect(try server.http.send("GET", "/rfc7592/register/other", headers: own).status == 401)
    }

    @Test func `other servers keep the secret, hide it, or change the token`() throws {
        try server.control("PUT", "settings", #"{"rfc7592_keeps_secret":true}"#)
        #expect(try ask("PUT", update).json["client_secret"].string == first)
        try server.control(
            "PUT", "settings", #"{"rfc7592_hides_secret":true,"rfc7592_changes_token":true}"#)
        let updated = try ask("PUT", update)
        #expect(updated.json["client_secret"] == .null)
        let changed = try #require(updated.json["registration_access_token"].string)
        #expect(try ask("GET").status == 401)
        #expect(try ask("GET", token: changed).status == 200)
    }
}
