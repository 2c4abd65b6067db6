import Foundation
import Testing

/// LemonLDAP's rules for a relying party and its secret, as 2.16.1 answered.
struct LemonLDAPTests {
    private let server: PracticeProcess
    private let first = "firstSecret0123456789"
    private let parties = "/lemonldap/api/v1/providers/oidc/rp"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"lemonldap","client_id":"billing","internal_id":"a-party","#
                + #""secret":"\#(first)"}"#)
    }

    private func token(_ secret: String) throws -> RawHTTP.Answer {
        try server.token("/lemonldap/oauth2/token", "billing", secret)
    }

    private func post(_ secret: String) throws -> RawHTTP.Answer {
        try server.post(
            "/lemonldap/oauth2/token",
            "grant_type=client_credentials&client_id=billing&client_secret=\(secret)")
    }

    private func ask(_ method: String, _ path: String, _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "\(parties)/\(path)", headers: ["Accept": "application/json"], body: body)
    }

    @Test func `a party is found by its client id, and named by another`() throws {
        let found = try ask("GET", "findByClientId?clientId=billing")
        #expect(found.status == 200 && found.json["confKey"] == "a-party")
        #expect(found.json["options"]["clientSecret"].string == first)
        #expect(try ask("GET", "a-party").text == found.text)
        let missing = try ask("GET", "findByClientId?clientId=nobody")
        #expect(missing.status == 404)
        #expect(
            missing.json["error"] == "OIDC relying party with clientId 'nobody' not found")
        #expect(try ask("GET", "billing").status == 404)
        let page = try server.http.send("GET", "\(parties)/billing")
        #expect(page.status == 404 && page.text.hasPrefix("<html>"))
    }

    @Test func `an update changes what it names, and is refused for what there isn't`() throws {
        let patched = try ask("PATCH", "a-party", #"{"options":{"clientSecret":"second"}}"#)
        #expect(patched.status == 204 && patched.text.isEmpty)
        #expect(try token(first).status == 401)
        #expect(try token("second").status == 200)
        let unknown = try ask("PATCH", "a-party", #"{"options":{"nope":"x"}}"#)
        #expect(unknown.status == 400)
        #expect(
            unknown.json["error"]
                == "Invalid input: Attribute oidcRPMetaDataOptionsNope does not exist.")
        #expect(try ask("PATCH", "a-party", "no JSON").status == 400)
        #expect(try ask("PATCH", "nope", "{}").status == 404)
    }

    @Test func `a locked configuration stays, and the answer is the same`() throws {
        try server.control("PUT", "settings", #"{"lemonldap_is_locked":true}"#)
        #expect(try ask("PATCH", "a-party", #"{"options":{"clientSecret":"x"}}"#).status == 204)
        #expect(try token(first).status == 200)
    }

    @Test func `Basic is told 401 and the form 400`() throws {
        let basic = try token("wrong")
        #expect(basic.status == 401 && basic.json["error"] == "invalid_client")
        #expect(basic.headers["www-authenticate"] == "Basic")
        let form = try post("wrong")
        #expect(form.status == 400 && form.json["error"] == "invalid_client")
        let grant = try server.token(
            "/lemonldap/oauth2/token", "billing", first, form: "grant_type=other")
        #expect(grant.status == 400 && grant.json["error"] == "unsupported_grant_type")
    }

    /// It cuts a Basic header at `+` and `/`, and undoes no escapes.
    @Test func `a secret of other characters than letters and digits is good in the form only`()
        throws
    {
        for secret in ["a?bc>d?>", "ab cd"] {
            let body = #"{"options":{"clientSecret":"\#(secret)"}}"#
            #expect(try ask("PATCH", "a-party", body).status == 204)
            #expect(try token(secret).status == 401)
            #expect(try post(PracticeProcess.form(secret)).status == 200)
        }
    }
}
