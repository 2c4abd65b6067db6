import Foundation
import Testing

/// buntubi's rules for the secrets of an app, as a real one showed them.
struct BuntubiTests {
    private let server: PracticeProcess
    private let first = "cs_first-secret_0123456789"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"buntubi","client_id":"app_1","secret":"\#(first)"}"#)
    }

    private func token(_ secret: String, _ client: String = "app_1") throws -> RawHTTP.Answer {
        try server.token("/buntubi/oauth/token", client, secret)
    }

    private func developer(
        _ method: String, _ path: String = "", client: String = "app_1", token: String? = nil
    ) throws -> RawHTTP.Answer {
        let token = token ?? server.lines["BUNTUBI_TOKEN"] ?? ""
        return try server.http.send(
            method, "/buntubi/developer/api/apps/\(client)\(path)",
            headers: ["Authorization": "Bearer \(token)"])
    }

    private func secrets() throws -> [JSON] {
        try developer("GET").json["app"]["secrets"].array
    }

    @Test func `a secret is made by the server, shown once, and taken beside the old one`() throws {
        let made = try developer("POST", "/secrets")
        #expect(made.status == 200)
        let value = try #require(made.json["client_secret"].string)
        #expect(value.hasPrefix("cs_") && value.utf8.count == 46)
        #expect(try token(value).status == 200)
        #expect(try token(first).status == 200)
        let listed = try secrets()
        #expect(
            listed.map { $0["prefix"].string } == ["cs_first-s", String(value.prefix(10))])
        #expect(listed.allSatisfy { $0["active"] == .bool(true) })
        #expect(made.json["app"]["secrets"].array.map { $0["id"] } == listed.map { $0["id"] })
    }

    @Test func `a new secret ends all others after a day, and an earlier end stays`() throws {
        #expect(try secrets().map { $0["expires_at"] } == [.null])
        _ = try developer("POST", "/secrets")
        let end = try secrets()[0]["expires_at"]
        #expect(end.string?.hasSuffix("000+00:00") == true)
        try server.control("PUT", "settings", #"{"clock_offset_ms":3600000}"#)
        let third = try developer("POST", "/secrets").json["client_secret"].string ?? ""
        let listed = try secrets()
        #expect(listed[0]["expires_at"] == end && listed[1]["expires_at"] != end)
        #expect(listed[1]["expires_at"] != .null && listed[2]["expires_at"] == .null)
        try server.control("PUT", "settings", #"{"clock_offset_ms":86500000}"#)
        #expect(try secrets().map { $0["active"] } == [.bool(false), .bool(true), .bool(true)])
        #expect(try token(first).status == 401)
        #expect(try token(third).status == 200)
    }

    @Test func `there are as many secrets as somebody makes`() throws {
        for _ in 2...12 { #expect(try developer("POST", "/secrets").status == 200) }
        #expect(try secrets().count == 12)
        #expect(try token(first).status == 200)
    }

    @Test func `a revoked secret is refused and stays listed, and the last one goes too`() throws {
        let id = try secrets()[0]["id"].string ?? ""
        for _ in 1...2 { #expect(try developer("DELETE", "/secrets/\(id)").status == 200) }
        #expect(try secrets().map { $0["active"] } == [.bool(false)])
        let refused = try token(first)
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
        let unknown = try developer("DELETE", "/secrets/nobody")
        #expect(unknown.status == 404 && unknown.json["error"] == "not_found")
    }

    @Test func `a list tells when a secret was last taken, and a refusal isn't one`() throws {
        #expect(try secrets()[0]["last_used_at"] == .null)
        #expect(try token("cs_first-secret_no").status == 401)
        #expect(try secrets()[0]["last_used_at"] == .null)
        _ = try token(first)
        #expect(try secrets()[0]["last_used_at"] != .null)
    }

    @Test func `an unknown scope is dropped, an unknown grant and client are told apart`() throws {
        let path = "/buntubi/oauth/token"
        let login = "&client_id=app_1&client_secret=\(first)"
        let some = try server.post(path, "grant_type=client_credentials&scope=read+no\(login)")
        #expect(some.status == 200 && some.json["scope"] == "read")
        let none = try server.post(path, "grant_type=client_credentials&scope=no\(login)")
        #expect(none.status == 200 && none.json["scope"] == .null)
        let grant = try server.post(path, "grant_type=password\(login)")
        #expect(grant.status == 400 && grant.json["error"] == "unsupported_grant_type")
        #expect(grant.json["error_description"] == .null)
        let client = try token(first, "nobody")
        #expect(client.status == 401)
        #expect(
            client.json["error_description"] == "The client does not exist on this server.")
    }

    @Test func `a person's token decides, and other apps aren't found`() throws {
        #expect(try developer("GET", token: "nobody").json["error"] == "invalid_token")
        #expect(try developer("POST", "/secrets", token: "nobody").status == 401)
        let none = try server.http.send("GET", "/buntubi/developer/api/apps/app_1")
        #expect(none.status == 401 && none.json["error"] == "missing_authorization")
        let least = server.lines["BUNTUBI_LEAST_TOKEN"]
        let page = try developer("GET", token: least)
        #expect(page.json["role"] == "member" && page.json["portal_role"] == "developer")
        #expect(try developer("GET").json["role"] == "owner")
        #expect(try developer("POST", "/secrets", client: "app_2").status == 404)
    }
}
