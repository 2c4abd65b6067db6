import Foundation
import Testing

/// Logto's rules for the secrets of an application.
struct LogtoTests {
    private let server: PracticeProcess
    private let token: String
    private let first = "first-secret-0123456789"
    private let path = "/logto/api/applications/billing"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"logto","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["LOGTO_ADMIN_CLIENT_ID"] ?? "",
            server.lines["LOGTO_ADMIN_CLIENT_SECRET"] ?? "", "&scope=all")
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(
        _ server: PracticeProcess, _ id: String, _ secret: String, _ more: String = ""
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            "POST", "/logto/oidc/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: "grant_type=client_credentials&client_id=\(id)&client_secret=\(secret)\(more)")
    }

    private func admin(_ method: String, _ more: String = "", _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, path + more,
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: body)
    }

    @Test func `a secret is made by the server, shown again, and taken beside the old one`() throws
    {
        let made = try admin("POST", "/secrets", #"{"name":"second"}"#)
        #expect(made.status == 201)
        let value = try #require(made.json["value"].string)
        #expect(try Self.token(server, "billing", value).status == 200)
        #expect(try Self.token(server, "billing", first).status == 200)
        let listed = try admin("GET", "/secrets").json.array
        #expect(listed.map { $0["name"].string } == ["Default secret", "second"])
        #expect(listed.map { $0["value"].string } == [first, value])
    }

    @Test func `a name is taken once`() throws {
        for status in [201, 422] {
            #expect(try admin("POST", "/secrets", #"{"name":"second"}"#).status == status)
        }
        #expect(try admin("GET", "/secrets").json.array.count == 2)
    }

    @Test func `a deleted secret is refused, and can't be deleted twice`() throws {
        let value = try admin("POST", "/secrets", #"{"name":"the second"}"#).json["value"].string
        for status in [204, 404] {
            #expect(try admin("DELETE", "/secrets/the%20second").status == status)
        }
        let refused = try Self.token(server, "billing", value ?? "")
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
    }

    @Test func `a client without the role may do nothing`() throws {
        let own = try Self.token(server, "billing", first).json["access_token"].string ?? ""
        let denied = try server.http.send(
            "GET", "\(path)/secrets", headers: ["Authorization": "Bearer \(own)"])
        #expect(denied.status == 403 && denied.json["code"] == "auth.forbidden")
        #expect(try server.http.send("GET", "\(path)/secrets").status == 401)
    }

    @Test func `an application has roles, and a role has scopes, page by page`() throws {
        try server.makeClient(
            #"{"dialect":"logto","client_id":"wide","scopes":["a","b"],"grants":["all"]}"#)
        func get(_ path: String) throws -> RawHTTP.Answer {
            try server.http.send(
                "GET", "/logto/api/\(path)", headers: ["Authorization": "Bearer \(token)"])
        }
        let roles = try get("applications/wide/roles?page=1&page_size=100").json.array
        let names = try roles.map { role in
            let id = try #require(role["id"].string)
            return try get("roles/\(id)/scopes?page=1&page_size=100").json.array.map {
                $0["name"].string
            }
        }
        #expect(names == [["a", "b"], ["all"]])
        #expect(try get("applications/wide/roles?page=2&page_size=1").json.array == [roles[1]])
        #expect(try get("applications/wide/roles?page_size=101").status == 400)
        #expect(try get("applications/nobody/roles").status == 404)
        #expect(try get("roles/nobody/scopes").status == 404)
    }
}
