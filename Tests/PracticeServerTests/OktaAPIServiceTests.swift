import Foundation
import Testing

/// Okta's rules for the secrets of an API service integration.
struct OktaAPIServiceTests {
    private let server: PracticeProcess
    private let id: String
    private let first = "first-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        id = try server.makeClient(
            #"{"dialect":"okta-api-service","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func admin(
        _ method: String, _ more: String = "", as who: String? = nil, of other: String? = nil
    ) throws -> RawHTTP.Answer {
        let services = "/okta-api-service/integrations/api/v1/api-services"
        return try server.http.send(
            method, "\(services)/\(other ?? id)/credentials/secrets\(more)",
            headers: ["Authorization": who ?? "SSWS \(server.lines["OKTA_API_TOKEN"] ?? "")"])
    }

    private func token(_ secret: String, scope: String? = "read") throws -> RawHTTP.Answer {
        let more = scope.map { "&scope=\($0)" } ?? ""
        return try server.token(
            "/okta-api-service/oauth2/v1/token", "billing", secret,
            form: "grant_type=client_credentials\(more)")
    }

    private func isAccepted(_ secret: String) throws -> Bool { try token(secret).status == 200 }

    @Test func `Okta makes a secret, shows it once, and takes it beside the old one`() throws {
        let made = try admin("POST")
        #expect(made.status == 201 && made.json["status"] == "ACTIVE")
        let value = try #require(made.json["client_secret"].string)
        #expect(try isAccepted(value) && isAccepted(first))
        let listed = try admin("GET").json.array
        #expect(listed.map { $0["client_secret"].string } == ["***6789", "***\(value.suffix(4))"])
        #expect(listed.last?["secret_hash"] == made.json["secret_hash"])
    }

    @Test func `a third secret is refused, an inactive one counts`() throws {
        let made = try admin("POST").json["id"].string ?? ""
        #expect(try admin("POST", "/\(made)/lifecycle/deactivate").status == 200)
        let refused = try admin("POST")
        #expect(refused.status == 400 && refused.json["errorCode"] == "E0000001")
    }

    @Test func `a secret is disabled, enabled, and deleted once it is disabled`() throws {
        let made = try admin("POST").json
        let value = made["client_secret"].string ?? ""
        let one = "/\(made["id"].string ?? "")"
        #expect(try admin("DELETE", one).status == 400)
        let inactive = try admin("POST", "\(one)/lifecycle/deactivate").json
        #expect(inactive["client_secret"].string == "***\(value.suffix(4))")
        #expect(try !isAccepted(value))
        _ = try admin("POST", "\(one)/lifecycle/activate")
        #expect(try isAccepted(value))
        _ = try admin("POST", "\(one)/lifecycle/deactivate")
        for status in [204, 404] { #expect(try admin("DELETE", one).status == status) }
        #expect(try !isAccepted(value) && isAccepted(first))
    }

    @Test func `an integration tells which scopes it was granted`() throws {
        func get() throws -> RawHTTP.Answer {
            try server.http.send(
                "GET", "/okta-api-service/integrations/api/v1/api-services/\(id)",
                headers: ["Authorization": "SSWS \(server.lines["OKTA_API_TOKEN"] ?? "")"])
        }
        #expect(try get().json["grantedScopes"].array == ["read", "write"])
        try server.control("PUT", "settings", #"{"scopes_are_forbidden":true}"#)
        let denied = try get()
        #expect(denied.status == 403 && denied.json["errorCode"] == "E0000006")
    }

    @Test func `who may not is told so, and a token needs a scope`() throws {
        #expect(try admin("GET", as: "SSWS wrong").json["errorCode"] == "E0000011")
        let own = try token(first).json["access_token"].string ?? ""
        #expect(try admin("GET", as: "Bearer \(own)").json["errorCode"] == "E0000006")
        #expect(try admin("GET", of: "nope").json["errorCode"] == "E0000007")
        #expect(try token(first, scope: nil).json["error"] == "invalid_scope")
        let refused = try token("nonsense")
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
    }

    @Test(.enabled(if: Contract.okta != nil, "the Okta contract file is not here"))
    func `answers fit Okta's contract`() throws {
        let contract = try #require(Contract.okta)
        let all = "/integrations/api/v1/api-services/{apiServiceId}/credentials/secrets"
        let one = "\(all)/{secretId}"
        let made = try admin("POST")
        let id = made.json["id"].string ?? ""
        let answers: [(RawHTTP.Answer, Int, String, String)] = [
            (made, 201, "POST", all), (try admin("POST"), 400, "POST", all),
            (try admin("GET"), 200, "GET", all),
            (try admin("GET", of: "nope"), 404, "GET", all),
            (try admin("GET", as: "SSWS no"), 401, "GET", all),
            (
                try admin("POST", "/\(id)/lifecycle/deactivate"), 200, "POST",
                "\(one)/lifecycle/deactivate"
            ),
            (
                try admin("POST", "/\(id)/lifecycle/activate"), 200, "POST",
                "\(one)/lifecycle/activate"
            ),
            (
                try admin("POST", "/nope/lifecycle/activate"), 404, "POST",
                "\(one)/lifecycle/activate"
            ),
        ]
        for (answer, status, method, path) in answers {
            #expect(answer.status == status, "\(method) \(path)")
            #expect(contract.problems(answer, to: method, path) == [], "\(method) \(path)")
        }
        _ = try admin("POST", "/\(id)/lifecycle/deactivate")
        for _ in 1...2 {
            #expect(contract.problems(try admin("DELETE", "/\(id)"), to: "DELETE", one) == [])
        }
    }
}
