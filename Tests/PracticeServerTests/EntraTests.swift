import Foundation
import Testing

/// Entra's rules for the secrets of an application.
struct EntraTests {
    private let server: PracticeProcess
    private let token: String
    private let first = "first-secret~0123456789"
    private let path = "/v1.0/applications(appId='billing')"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"entra","client_id":"billing","secret":"\#(first)"}"#)
        let answer = try Self.token(
            server, server.lines["ENTRA_ADMIN_CLIENT_ID"] ?? "",
            server.lines["ENTRA_ADMIN_CLIENT_SECRET"] ?? "")
        token = try #require(answer.json["access_token"].string)
    }

    private static func token(
        _ server: PracticeProcess, _ id: String, _ secret: String,
        scope: String = "https://graph.microsoft.com/.default"
    ) throws -> RawHTTP.Answer {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        let fields = [
            "grant_type": "client_credentials", "client_id": id, "client_secret": secret,
            "scope": scope,
        ]
        let body = fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
        return try server.http.send(
            "POST", "/entra/login/\(server.lines["ENTRA_TENANT"] ?? "")/oauth2/v2.0/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"], body: body)
    }

    private func graph(_ method: String, _ more: String = "", _ body: String? = nil) throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "/entra/graph\(path)\(more)",
            headers: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"],
            body: body)
    }

    private func add(_ name: String) throws -> RawHTTP.Answer {
        try graph("POST", "/addPassword", #"{"passwordCredential":{"displayName":"\#(name)"}}"#)
    }

    @Test func `a secret is made by the server, shown once, and taken beside the old one`() throws {
        let made = try add("second")
        #expect(made.status == 200)
        let value = try #require(made.json["secretText"].string)
        #expect(made.json["hint"].string == String(value.prefix(3)))
        #expect(try Self.token(server, "billing", value).status == 200)
        #expect(try Self.token(server, "billing", first).status == 200)
        let listed = try graph("GET").json["passwordCredentials"].array
        #expect(listed.map { $0["displayName"].string } == ["first", "second"])
        #expect(listed.allSatisfy { $0["secretText"] == .null })
    }

    @Test func `the caller may not choose the value`() throws {
        let body = #"{"passwordCredential":{"secretText":"mine-mine-mine-mine"}}"#
        #expect(try graph("POST", "/addPassword", body).status == 400)
    }

    @Test func `a removed secret is refused, and can't be removed twice`() throws {
        let id = try add("second").json["keyId"].string ?? ""
        #expect(try graph("POST", "/removePassword", #"{"keyId":"\#(id)"}"#).status == 204)
        #expect(try graph("POST", "/removePassword", #"{"keyId":"\#(id)"}"#).status == 400)
    }

    @Test func `a dead secret has a number of its own`() throws {
        let refused = try Self.token(server, "billing", "nonsense")
        #expect(refused.status == 401)
        #expect(refused.json["error"] == "invalid_client")
        #expect(refused.json["error_codes"].array.count == 1)
        #expect(refused.json["error_description"].string?.hasPrefix("AADSTS7000215:") == true)
    }

    @Test func `one resource's default scope, and no other`() throws {
        for scope in ["read", "https://a.example/.default https://b.example/.default"] {
            let refused = try Self.token(server, "billing", first, scope: scope)
            #expect(refused.json["error"] == "invalid_scope", "\(scope)")
        }
    }

    @Test func `an application without the right may do nothing`() throws {
        let own = try Self.token(server, "billing", first).json["access_token"].string ?? ""
        let denied = try server.http.send(
            "GET", "/entra/graph\(path)", headers: ["Authorization": "Bearer \(own)"])
        #expect(denied.status == 403)
        #expect(denied.json["error"]["code"] == "Authorization_RequestDenied")
        let nobody = try server.http.send("GET", "/entra/graph\(path)")
        #expect(nobody.status == 401)
    }

    private func report(_ filter: String, _ token: String) throws -> RawHTTP.Answer {
        let text = filter.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try server.http.send(
            "GET", "/entra/graph/beta/reports/appCredentialSignInActivities?$filter=\(text)",
            headers: ["Authorization": "Bearer \(token)"])
    }

    /// Somebody who may read reports.
    private func auditor() throws -> String {
        let secret = "auditor-secret~0123456789"
        try server.makeClient(
            #"{"dialect":"entra","client_id":"auditor","secret":"\#(secret)","#
                + #""grants":["AuditLog.Read.All"]}"#)
        return try Self.token(server, "auditor", secret).json["access_token"].string ?? ""
    }

    @Test func `the report lags by a day, and tells of secrets that were used`() throws {
        let auditor = try auditor()
        let id = try graph("GET").json["passwordCredentials"][0]["keyId"].string ?? ""
        #expect(try Self.token(server, "billing", first).status == 200)
        for filter in ["appId eq 'billing'", "keyId eq '\(id)'"] {
            #expect(try report(filter, auditor).json["value"] == .array([]))
        }
        try server.control("PUT", "settings", #"{"entra_report_lag_ms":0}"#)
        for filter in ["appId eq 'billing'", "keyId eq '\(id)'"] {
            let entries = try report(filter, auditor).json["value"].array
            #expect(entries.map { $0["keyId"].string } == [id])
            #expect(entries.first?["signInActivity"]["lastSignInDateTime"].string != nil)
        }
        #expect(try report("appId eq 'nobody'", auditor).json["value"] == .array([]))
        #expect(try report("keyType eq 'certificate'", auditor).status == 400)
    }

    @Test func `the report takes a right and a licence of its own`() throws {
        let denied = try report("appId eq 'billing'", token)
        #expect(denied.status == 403)
        #expect(denied.json["error"]["code"] == "Authentication_MSGraphPermissionMissing")
        try server.control("PUT", "settings", #"{"entra_is_premium":false}"#)
        let unlicensed = try report("appId eq 'billing'", try auditor())
        #expect(unlicensed.status == 403)
        let code = unlicensed.json["error"]["code"].string
        #expect(code == "Authentication_RequestFromNonPremiumTenantOrB2CTenant")
    }

    @Test func `a workload's token stands for an application that trusts it`() throws {
        try server.makeClient(
            #"{"dialect":"entra","client_id":"ops","federated_subject":"w"}"#)
        func ask(_ subject: String, of client: String) throws -> RawHTTP.Answer {
            let made = try server.control(
                "POST", "workload-tokens", #"{"subject":"\#(subject)"}"#)
            let type = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
            return try server.http.send(
                "POST", "/entra/login/\(server.lines["ENTRA_TENANT"] ?? "")/oauth2/v2.0/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: "grant_type=client_credentials&client_id=\(client)"
                    + "&client_assertion_type=\(type)&client_assertion="
                    + (made.json["token"].string ?? "")
                    + "&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default")
        }
        for _ in 1...2 { #expect(try ask("w", of: "ops").status == 200) }
        let stranger = try ask("x", of: "ops")
        #expect(stranger.status == 401 && stranger.json["error"] == "invalid_client")
        #expect(stranger.json["error_codes"].array.count == 1)
        #expect(stranger.json["error_description"].string?.hasPrefix("AADSTS700213:") == true)
        #expect(try ask("w", of: "billing").status != 200)
        let refused = try server.control(
            "POST", "clients",
            #"{"dialect":"okta","client_id":"ops","federated_subject":"w"}"#)
        #expect(refused.status == 400)
    }

    @Test(.enabled(if: Contract.graph != nil, "the vendors' contracts are absent"))
    func `answers fit Microsoft's contract`() throws {
        let contract = try #require(Contract.graph)
        let name = "/v1.0/applications(appId='{appId}')"
        #expect(contract.problems(try graph("GET"), to: "GET", name) == [])
        let made = try add("second")
        #expect(contract.problems(made, to: "POST", "\(name)/addPassword") == [])
        let id = made.json["keyId"].string ?? ""
        for _ in 1...2 {
            let gone = try graph("POST", "/removePassword", #"{"keyId":"\#(id)"}"#)
            let problems = contract.problems(
                gone, to: "POST", "/v1.0/applications/{id}/removePassword")
            #expect(problems == [])
        }
        try server.control("PUT", "settings", #"{"entra_report_lag_ms":0}"#)
        #expect(try Self.token(server, "billing", first).status == 200)
        for reader in [token, try auditor()] {
            let read = try report("appId eq 'billing'", reader)
            let path = "/beta/reports/appCredentialSignInActivities"
            #expect(contract.problems(read, to: "GET", path) == [])
        }
    }
}
