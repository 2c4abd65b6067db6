import Foundation
import Testing

/// Who may use Okta's admin API, and that its answers fit its contract.
struct OktaAccessTests {
    let server: PracticeProcess
    let app: String

    init() throws {
        server = try PracticeProcess()
        app = try server.makeClient(#"{"dialect":"okta","client_id":"billing"}"#)
    }

    private func list(_ authorization: String?) throws -> RawHTTP.Answer {
        try server.http.send(
            "GET", "/api/v1/apps/\(app)/credentials/secrets",
            headers: authorization.map { ["Authorization": $0] } ?? [:])
    }

    @Test(arguments: [nil, "SSWS wrong", "Bearer wrong", "Basic eDp5", "SSWS"])
    func `a request without a good token gets E0000011`(authorization: String?) throws {
        let refused = try list(authorization)
        #expect(refused.status == 401)
        #expect(refused.json["errorCode"] == "E0000011")
        #expect(refused.json["errorLink"] == "E0000011")
        #expect(refused.json["errorCauses"] == .array([]))
    }

    @Test func `a bearer token opens what its scopes say`() async throws {
        let client = try AssertingClient()
        try server.makeClient(client.registration(grants: #"["okta.apps.read"]"#))
        let form = try await client.form(
            audience: "\(server.url)\(Path.org)", scope: "okta.apps.read")
        let token = try server.post(Path.org, form).json["access_token"].string ?? ""
        #expect(try list("Bearer \(token)").status == 200)
        let refused = try server.http.send(
            "POST", "/api/v1/apps/\(app)/credentials/secrets",
            headers: ["Authorization": "Bearer \(token)"], body: "{}")
        #expect(refused.status == 403)
        #expect(refused.json["errorCode"] == "E0000006")
        let more = try await client.form(
            audience: "\(server.url)\(Path.org)", scope: "okta.apps.manage")
        #expect(try server.post(Path.org, more).json["error"] == "invalid_scope")
    }

    @Test func `an unknown app and an unknown secret get E0000007`() throws {
        for path in ["nope", "nope/credentials/secrets", "\(app)/credentials/secrets/nope"] {
            let refused = try server.okta("GET", path)
            #expect(refused.status == 404)
            #expect(refused.json["errorCode"] == "E0000007")
        }
    }

    @Test func `over the limit is E0000047 with the three headers`() throws {
        try server.control("PUT", "settings", #"{"okta_rate_limit":2}"#)
        let path = "\(app)/credentials/secrets"
        #expect(try server.okta("GET", path).headers["x-rate-limit-remaining"] == "1")
        #expect(try server.okta("GET", path).status == 200)
        let refused = try server.okta("GET", path)
        #expect(refused.status == 429)
        #expect(refused.json["errorCode"] == "E0000047")
        #expect(refused.headers["x-rate-limit-limit"] == "2")
        #expect(refused.headers["x-rate-limit-remaining"] == "0")
        let reset = refused.headers["x-rate-limit-reset"].flatMap(Double.init) ?? 0
        #expect(abs(reset - Date.now.timeIntervalSince1970) <= 61)
        #expect(refused.headers["retry-after"] == nil)
    }

    @Test(.enabled(if: Contract.okta != nil, "the Okta contract file is not here"))
    func `every answer fits Okta's contract`() throws {
        let contract = try #require(Contract.okta)
        let root = "/api/v1/apps/{appId}/credentials/secrets"
        let secrets = "\(app)/credentials/secrets"
        let created = try server.okta("POST", secrets, "{}")
        let id = created.json["id"].string ?? ""
        let only = try server.okta("GET", secrets).json[0]["id"].string ?? ""
        let one = "\(root)/{secretId}"
        let life = "\(one)/lifecycle"
        let answers: [(RawHTTP.Answer, Int, String, String)] = [
            (created, 201, "POST", root),
            (try server.okta("POST", secrets, "{}"), 400, "POST", root),
            (try server.okta("GET", secrets), 200, "GET", root),
            (try server.okta("GET", "nope/credentials/secrets"), 404, "GET", root),
            (try list("SSWS no"), 401, "GET", root),
            (try server.okta("GET", "\(secrets)/\(id)"), 200, "GET", one),
            (try server.okta("DELETE", "\(secrets)/\(id)"), 400, "DELETE", one),
            (
                try server.okta("POST", "\(secrets)/\(id)/lifecycle/deactivate"), 200, "POST",
                "\(life)/deactivate"
            ),
            (
                try server.okta("POST", "\(secrets)/\(only)/lifecycle/deactivate"), 400, "POST",
                "\(life)/deactivate"
            ),
            (
                try server.okta("POST", "\(secrets)/\(id)/lifecycle/activate"), 200, "POST",
                "\(life)/activate"
            ),
            (
                try server.okta("POST", "\(secrets)/\(id)/lifecycle/deactivate"), 200, "POST",
                "\(life)/deactivate"
            ),
            (try server.okta("DELETE", "\(secrets)/\(id)"), 204, "DELETE", one),
            (try server.okta("DELETE", "\(secrets)/\(id)"), 404, "DELETE", one),
        ]
        for (answer, status, method, path) in answers {
            #expect(answer.status == status, "\(method) \(path)")
            #expect(
                contract.problems(answer, to: method, path) == [], "\(method) \(path) \(status)")
        }
    }

    @Test(.enabled(if: Contract.okta != nil, "the Okta contract file is not here"))
    func `the checker finds what does not fit`() throws {
        let contract = try #require(Contract.okta)
        let path = "/api/v1/apps/{appId}/credentials/secrets"
        func problems(_ body: String, _ status: Int = 200) -> Int {
            let answer = RawHTTP.Answer(
                status: status, headers: ["content-type": "application/json"], body: Data(body.utf8)
            )
            return contract.problems(answer, to: "GET", path).count
        }
        #expect(problems(#"[{"id":"x","status":"ACTIVE"}]"#) == 0)
        #expect(problems(#"[{"id":1}]"#) == 1)
        #expect(problems(#"[{"status":"GONE"}]"#) == 1)
        #expect(problems(#"[{"own":"idea"}]"#) == 1)
        #expect(problems(#"[{"_links":{"delete":{"hints":{"allow":["DROP"]}}}}]"#) > 0)
        #expect(problems("{}") == 1)
        #expect(problems("[]", 418) == 1)
    }
}
