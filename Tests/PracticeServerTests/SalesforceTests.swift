import Foundation
import Testing

/// Salesforce's rules for the staged credentials of an external client app.
struct SalesforceTests {
    private let server: PracticeProcess
    private let app: String
    private let token: String
    private let first = "first-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        app = try server.makeClient(
            #"{"dialect":"salesforce","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["SALESFORCE_ADMIN_CLIENT_ID"] ?? "",
            server.lines["SALESFORCE_ADMIN_CLIENT_SECRET"] ?? "")
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(_ server: PracticeProcess, _ key: String, _ secret: String) throws
        -> RawHTTP.Answer
    {
        try server.token("/salesforce/services/oauth2/token", key, secret)
    }

    private func admin(
        _ method: String, _ more: String = "", _ body: String? = nil, as who: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, "/salesforce/services/data/v65.0/apps/oauth/credentials/\(app)\(more)",
            headers: [
                "Authorization": "Bearer \(who ?? token)", "Content-Type": "application/json",
            ], body: body)
    }

    private func consumer() throws -> JSON { try admin("GET").json["consumers"][0] }

    private func one() throws -> String { "/\(try consumer()["id"].string ?? "")" }

    private func isAccepted(_ key: String, _ secret: String) throws -> Bool {
        try Self.token(server, key, secret).status == 200
    }

    /// Stages a set, and gives its path, key and secret.
    private func stage() throws -> (path: String, key: String, secret: String) {
        let answer = try admin("POST", "\(one())/staged", "{}")
        #expect(answer.status == 201)
        let set = answer.json["stagedCredentials"][0]
        return (
            "\(try one())/staged/\(set["id"].string ?? "")", set["key"].string ?? "",
            set["secret"].string ?? ""
        )
    }

    @Test func `a staged set has a key of its own, and is taken beside the one in force`() throws {
        #expect(try consumer()["key"] == "billing")
        let new = try stage()
        #expect(new.key != "billing")
        #expect(try isAccepted("billing", first) && isAccepted(new.key, new.secret))
        #expect(try !isAccepted("billing", new.secret) && !isAccepted(new.key, first))
        let listed = try admin("GET", "\(one())/staged").json["stagedCredentials"].array
        #expect(listed.map { $0["state"].string } == ["Active"])
        #expect(listed.first?["secret"].string == new.secret, "it is shown again")
        #expect(try admin("POST", "\(one())/staged", "{}").status == 400, "there is room for one")
    }

    @Test func `sets change places, and what is staged is deleted`() throws {
        let new = try stage()
        #expect(try admin("PATCH", new.path, #"{"command":"stage"}"#).status == 400)
        let rotated = try admin("PATCH", new.path, #"{"command":"rotate"}"#)
        #expect(rotated.status == 200 && rotated.json["state"] == "Rotated")
        #expect(try consumer()["key"].string == new.key)
        #expect(try isAccepted("billing", first) && isAccepted(new.key, new.secret))
        let old = "\(try one())/staged/\(rotated.json["id"].string ?? "")"
        #expect(try admin("PATCH", old, #"{"command":"rotate"}"#).status == 400)
        for status in [204, 404] { #expect(try admin("DELETE", old).status == status) }
        let gone = try Self.token(server, "billing", first)
        #expect(gone.status == 400 && gone.json["error"] == "invalid_client_id")
        #expect(try isAccepted(new.key, new.secret))
        let shown = try admin("GET", "\(one())?part=keyandsecret").json
        #expect(shown["secret"].string == new.secret)
    }

    @Test func `what is staged ends after thirty days, and what is in force doesn't`() throws {
        let new = try stage()
        try server.control("PUT", "settings", #"{"clock_offset_ms":2600000000}"#)
        #expect(try isAccepted("billing", first) && !isAccepted(new.key, new.secret))
        try server.control("PUT", "settings", #"{"clock_offset_ms":0}"#)
        _ = try admin("PATCH", new.path, #"{"command":"rotate"}"#)
        try server.control("PUT", "settings", #"{"clock_offset_ms":2600000000}"#)
        #expect(try !isAccepted("billing", first) && isAccepted(new.key, new.secret))
    }

    @Test func `who may not is told so, and a wrong secret is an invalid client`() throws {
        #expect(try admin("GET", as: "nonsense").json[0]["errorCode"] == "INVALID_SESSION_ID")
        let own = try Self.token(server, "billing", first).json["access_token"].string ?? ""
        #expect(try admin("GET", as: own).json[0]["errorCode"] == "INSUFFICIENT_ACCESS")
        #expect(try admin("GET", "/nobody").json[0]["errorCode"] == "NOT_FOUND")
        let refused = try Self.token(server, "billing", "nonsense")
        #expect(refused.status == 400 && refused.json["error"] == "invalid_client")
    }
}
