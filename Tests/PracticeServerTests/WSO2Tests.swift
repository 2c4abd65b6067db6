import Foundation
import Testing

/// WSO2's rules for the client secrets of an application.
struct WSO2Tests {
    private let server: PracticeProcess
    private let token: String
    private let id: String
    private let first = "first-secret-0123456789"
    private let base = "/wso2/t/practice"

    private static let scopes =
        ["create", "view", "delete"]
        .map { "internal_application_mgt_client_secret_\($0)" } + ["internal_application_mgt_view"]

    init() throws {
        server = try PracticeProcess()
        id = try server.makeClient(
            #"{"dialect":"wso2","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["WSO2_ADMIN_CLIENT_ID"] ?? "",
            server.lines["WSO2_ADMIN_CLIENT_SECRET"] ?? "", Self.scopes)
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(
        _ server: PracticeProcess, _ id: String, _ secret: String, _ scopes: [String] = []
    ) throws -> RawHTTP.Answer {
        let scope = scopes.isEmpty ? "" : "&scope=" + scopes.joined(separator: "+")
        return try server.token(
            "/wso2/t/practice/oauth2/token", id, secret,
            form: "grant_type=client_credentials\(scope)")
    }

    private func admin(_ method: String, _ more: String = "", _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, secrets + more,
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: body)
    }

    private var secrets: String {
        "\(base)/api/server/v1/applications/\(id)/inbound-protocols/oidc/secrets"
    }

    private func set(_ settings: String) throws {
        #expect(try server.control("PUT", "settings", settings).status == 200)
    }

    private func isAccepted(_ secret: String) throws -> Bool {
        try Self.token(server, "billing", secret).status == 200
    }

    @Test func `a secret is made by the server, shown once, and taken beside the old one`() throws {
        let made = try admin("POST")
        #expect(made.status == 201 && made.json["latest"] == .bool(true))
        let value = try #require(made.json["secretValue"].string)
        #expect(try isAccepted(value) && isAccepted(first))
        let list = try admin("GET").json
        #expect(list["count"] == .number(2))
        #expect(list["list"].array.map { $0["latest"] } == [.bool(false), .bool(true)])
        #expect(!list["list"].array.contains { $0["secretValue"].string == value }, "it is hashed")
        try set(#"{"wso2_shows_secrets":true}"#)
        let shown = try admin("GET").json["list"].array.map { $0["secretValue"].string }
        #expect(shown == [first, value])
    }

    @Test func `a third secret is refused`() throws {
        for status in [201, 409] { #expect(try admin("POST").status == status) }
        try set(#"{"wso2_secret_limit":3}"#)
        for status in [201, 409] { #expect(try admin("POST").status == status) }
    }

    @Test func `the newest secret is never deleted, and another only once`() throws {
        let only = try admin("GET").json["list"].array.first?["secretId"].string ?? ""
        #expect(try admin("DELETE", "/\(only)").status == 409)
        let made = try admin("POST").json
        let new = made["secretId"].string ?? ""
        #expect(try admin("DELETE", "/\(new)").status == 409)
        for status in [204, 404] { #expect(try admin("DELETE", "/\(only)").status == status) }
        #expect(try !isAccepted(first))
        #expect(try isAccepted(made["secretValue"].string ?? ""))
        #expect(try admin("GET", "/\(new)").json["latest"] == .bool(true))
    }

    @Test func `an end is in the future, and what is over stays in the list`() throws {
        let now = Int(Date().timeIntervalSince1970)
        #expect(try admin("POST", "", #"{"expiresAt":\#(now - 10)}"#).status == 400)
        let value = try admin("POST", "", #"{"expiresAt":\#(now + 60)}"#).json["secretValue"].string
        try set(#"{"clock_offset_ms":70000}"#)
        #expect(try !isAccepted(value ?? ""))
        let states = try admin("GET").json["list"].array.map { $0["status"].string }
        #expect(states == ["ACTIVE", "EXPIRED"])
        #expect(try admin("POST").status == 409, "it counts")
    }

    @Test func `an application is found by its client id`() throws {
        let path = "\(base)/api/server/v1/applications?filter=clientId%20eq%20"
        for (client, ids) in [("billing", [id]), ("nobody", [])] {
            let found = try server.http.send(
                "GET", "\(path)\(client)&attributes=clientId",
                headers: ["Authorization": "Bearer \(token)"])
            #expect(found.json["applications"].array.compactMap { $0["id"].string } == ids)
        }
    }

    @Test func `a client gets the scopes that it has, and may do no more`() throws {
        let own = try Self.token(server, "billing", first, Self.scopes)
        #expect(own.json["scope"] == "default")
        let bearer = ["Authorization": "Bearer \(own.json["access_token"].string ?? "")"]
        #expect(try server.http.send("GET", secrets, headers: bearer).status == 403)
        #expect(try server.http.send("GET", secrets).status == 401)
    }

    @Test func `a dead secret is an invalid client`() throws {
        let refused = try Self.token(server, "billing", "nonsense")
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
    }

    @Test(.enabled(if: Contract.wso2 != nil, "the vendors' contracts are absent"))
    func `answers fit WSO2's contract`() throws {
        let contract = try #require(Contract.wso2)
        let all = "/applications/{applicationId}/inbound-protocols/oidc/secrets"
        let one = "\(all)/{secretId}"
        let old = try admin("GET").json["list"].array.first?["secretId"].string ?? ""
        for body in ["{}", #"{"expiresAt":1}"#, "{}"] {
            #expect(contract.problems(try admin("POST", "", body), to: "POST", all) == [])
        }
        #expect(contract.problems(try admin("GET"), to: "GET", all) == [])
        for secret in [old, "nonsense"] {
            let shown = try admin("GET", "/\(secret)")
            #expect(contract.problems(shown, to: "GET", one) == [])
        }
        let new = try admin("GET").json["list"].array.last?["secretId"].string ?? ""
        for secret in [new, old, old] {
            let gone = try admin("DELETE", "/\(secret)")
            #expect(contract.problems(gone, to: "DELETE", one) == [])
        }
        #expect(contract.problems(try server.http.send("GET", secrets), to: "GET", all) == [])
    }
}
