import Foundation
import Testing

/// PingFederate's rules for the whole object of a client's secrets.
struct PingFederateTests {
    private let server: PracticeProcess
    private let first = "first-secret-0123456789"
    private let second = "second-secret-0123456789"
    private let path = "/pingfederate/pf-admin-api/v1/oauth/clients/billing"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"pingfederate","client_id":"billing","secret":"\#(first)"}"#)
    }

    private var password: String {
        let user = server.lines["PINGFEDERATE_ADMIN_USER"] ?? ""
        let pair = "\(user):\(server.lines["PINGFEDERATE_ADMIN_PASSWORD"] ?? "")"
        return "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    private func admin(
        _ method: String, _ body: String? = nil, as who: String? = nil, at path: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, path ?? secrets,
            headers: [
                "Authorization": who ?? password, "X-XSRF-Header": "PingFederate",
                "Content-Type": "application/json",
            ], body: body)
    }

    private var secrets: String { "\(path)/clientAuth/clientSecret" }

    private func token(_ secret: String, of client: String = "billing") throws -> RawHTTP.Answer {
        try server.token("/pingfederate/as/token.oauth2", client, secret)
    }

    private func isAccepted(_ secret: String) throws -> Bool { try token(secret).status == 200 }

    /// The encrypted first secret, as a member.
    private func kept() throws -> String {
        let text = try admin("GET").json["encryptedSecret"].string ?? ""
        return #""encryptedSecret":"\#(text)""#
    }

    private func entry(_ member: String, in seconds: Double = 3_600) -> String {
        let end = Date(timeIntervalSinceNow: seconds).formatted(.iso8601)
        return #"{\#(member),"expiryTime":"\#(end)"}"#
    }

    /// Puts the second secret beside the first.
    private func addSecond() throws -> RawHTTP.Answer {
        try admin(
            "PUT",
            #"{\#(try kept()),"secondarySecrets":[\#(entry(#""secret":"\#(second)""#))]}"#)
    }

    @Test func `secrets are shown encrypted, and otherwise each time`() throws {
        let looks = [try admin("GET"), try admin("GET")]
        for look in looks {
            #expect(look.status == 200 && look.json["secret"] == .null)
            #expect(look.json["secondarySecrets"] == .array([]))
            #expect(!look.text.contains(first))
        }
        #expect(looks[0].json["encryptedSecret"] != looks[1].json["encryptedSecret"])
    }

    @Test func `a secondary secret is taken beside the first one until its end`() throws {
        let made = try addSecond()
        #expect(made.status == 200, "\(made.text)")
        #expect(made.json["secondarySecrets"].array.count == 1)
        #expect(try isAccepted(first) && isAccepted(second))
        try server.control("PUT", "settings", #"{"clock_offset_ms":3700000}"#)
        #expect(try isAccepted(first) && !isAccepted(second))
        #expect(try admin("GET").json["secondarySecrets"].array.count == 1, "it is shown")
    }

    @Test func `what goes back encrypted stays, and what isn't named is gone`() throws {
        let made = try addSecond().json["secondarySecrets"][0]["encryptedSecret"].string ?? ""
        let same = entry(#""encryptedSecret":"\#(made)""#)
        _ = try admin("PUT", #"{\#(try kept()),"secondarySecrets":[\#(same)]}"#)
        #expect(try isAccepted(first) && isAccepted(second))
        _ = try admin("PUT", #"{\#(try kept()),"secondarySecrets":[]}"#)
        #expect(try isAccepted(first) && !isAccepted(second))
    }

    @Test func `a secondary secret takes the first one's place`() throws {
        _ = try addSecond()
        let put = try admin("PUT", #"{"secret":"\#(second)","secondarySecrets":[]}"#)
        #expect(put.json["secondarySecrets"] == .array([]))
        #expect(try !isAccepted(first) && isAccepted(second))
    }

    @Test func `a server that retains keeps what was in the first place`() throws {
        try server.control("PUT", "settings", #"{"pingfederate_retention_ms":60000}"#)
        _ = try addSecond()
        let put = try admin("PUT", #"{"secret":"\#(second)","secondarySecrets":[]}"#)
        #expect(put.json["secondarySecrets"].array.count == 1)
        #expect(try isAccepted(first) && isAccepted(second))
        _ = try admin("PUT", #"{\#(try kept()),"secondarySecrets":[]}"#)
        #expect(try !isAccepted(first) && isAccepted(second))
    }

    @Test func `an object that breaks a rule changes nothing`() throws {
        let kept = try kept()
        let past = entry(#""secret":"\#(second)""#, in: -10)
        let endless = #"{"secret":"\#(second)"}"#
        for body in [
            "{}", #"{"secondarySecrets":[]}"#, #"{\#(kept),"secret":"\#(second)"}"#,
            #"{"encryptedSecret":"OBF:JWE:nonsense"}"#,
            #"{\#(kept),"secondarySecrets":[\#(past)]}"#,
            #"{\#(kept),"secondarySecrets":[\#(endless)]}"#,
            // Whether a secret may change its place encrypted isn't said.
            #"{\#(kept),"secondarySecrets":[\#(entry(kept))]}"#,
            #"{\#(kept),"secondarySecrets":[\#(entry(#""secret":"\#(first)""#))]}"#,
        ] {
            let refused = try admin("PUT", body)
            #expect(refused.status == 422, "\(body)")
            #expect(refused.json["resultId"] == "validation_error")
        }
        #expect(try admin("PUT", "[").status == 400)
        #expect(try isAccepted(first) && !isAccepted(second))
    }

    @Test func `a request needs its header, and somebody who administers`() throws {
        let plain = try server.http.send("GET", secrets, headers: ["Authorization": password])
        #expect(plain.status == 403)
        for who in ["", "Basic eDp5", "Bearer nonsense"] {
            #expect(try admin("GET", as: who).status == 401)
        }
        let own = try token(first).json["access_token"].string ?? ""
        #expect(try admin("GET", as: "Bearer \(own)").status == 403)
        let user = server.lines["PINGFEDERATE_ADMIN_USER"] ?? ""
        let login = try token(server.lines["PINGFEDERATE_ADMIN_PASSWORD"] ?? "", of: user)
        let bearer = login.json["access_token"].string ?? ""
        #expect(try admin("GET", as: "Bearer \(bearer)").status == 200)
    }

    @Test func `a dead secret is an invalid client`() throws {
        let refused = try token("nonsense")
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
    }

    @Test(.enabled(if: Contract.pingFederate != nil, "the vendors' contracts are absent"))
    func `answers fit PingFederate's contract`() throws {
        let contract = try #require(Contract.pingFederate)
        let one = "/oauth/clients/{id}"
        let all = "\(one)/clientAuth/clientSecret"
        let nobody = secrets.replacing("billing", with: "nobody")
        for (answer, status, method) in [
            (try admin("GET"), 200, "GET"), (try addSecond(), 200, "PUT"),
            (try admin("PUT", "{}"), 422, "PUT"), (try admin("PUT", "["), 400, "PUT"),
            (try admin("GET", at: nobody), 404, "GET"),
        ] {
            #expect(answer.status == status)
            #expect(contract.problems(answer, to: method, all) == [], "\(method) \(status)")
        }
        for id in ["billing", "nobody"] {
            let shown = try admin("GET", at: path.replacing("billing", with: id))
            #expect(contract.problems(shown, to: "GET", one) == [], "\(id)")
        }
    }
}
