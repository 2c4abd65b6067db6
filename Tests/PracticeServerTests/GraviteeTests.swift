import Foundation
import Testing

/// Gravitee AM's rules for the secrets of an application.
struct GraviteeTests {
    private let server: PracticeProcess
    private let first = "first-secret_0123456789"
    private let path: String

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"gravitee","client_id":"billing","internal_id":"app","#
                + #""secret":"\#(first)"}"#)
        path =
            "/gravitee/management/organizations/DEFAULT/environments/DEFAULT/domains/"
            + "\(server.lines["GRAVITEE_DOMAIN"] ?? "")/applications/app"
    }

    private func token(_ secret: String) throws -> RawHTTP.Answer {
        try server.token("/gravitee/gateway/practice/oauth/token", "billing", secret)
    }

    private func admin(
        _ method: String, _ more: String = "", _ body: String? = nil, token: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, path + more,
            headers: [
                "Authorization": "Bearer \(token ?? server.lines["GRAVITEE_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func add(_ name: String) throws -> RawHTTP.Answer {
        try admin("POST", "/secrets", #"{"name":"\#(name)"}"#)
    }

    @Test func `a secret is made by the server, shown once, and taken beside the old one`() throws {
        let made = try add(" second ")
        #expect(made.status == 200 && made.json["name"] == "second")
        let value = try #require(made.json["secret"].string)
        #expect(try token(value).status == 200)
        #expect(try token(first).status == 200)
        let listed = try admin("GET", "/secrets").json.array
        #expect(listed.map { $0["name"].string } == ["Default", "second"])
        #expect(listed.allSatisfy { $0["secret"] == .null })
    }

    @Test func `a name is taken once, and must be there`() throws {
        for status in [200, 400] { #expect(try add("second").status == status) }
        #expect(try add("second").json["message"].string?.contains("already exists") == true)
        for body in [#"{"name":""}"#, "{}", "nonsense"] {
            #expect(try admin("POST", "/secrets", body).status == 400)
        }
        #expect(try admin("GET", "/secrets").json.array.count == 2)
    }

    @Test func `ten secrets and no more`() throws {
        for number in 2...10 { #expect(try add("s\(number)").status == 200) }
        let refused = try add("s11")
        #expect(refused.status == 409 && refused.json["http_status"].number == 409)
        #expect(refused.json["message"].string?.hasPrefix("Too many Client Secrets") == true)
    }

    @Test func `a deleted secret is refused, and the last one can't be deleted`() throws {
        let made = try add("second")
        let id = made.json["id"].string ?? ""
        #expect(try admin("DELETE", "/secrets/nobody").status == 404)
        #expect(try admin("DELETE", "/secrets/\(id)").status == 204)
        let refused = try token(made.json["secret"].string ?? "")
        #expect(refused.status == 401 && refused.json["error"] == "invalid_client")
        // Even of an id that is gone, since the count comes first.
        let last = try admin("DELETE", "/secrets/\(id)")
        #expect(last.status == 400 && last.json["message"] == "Cannot remove last secret")
    }

    @Test func `a renewed secret is refused at once`() throws {
        let id = try admin("GET", "/secrets").json.array.first?["id"].string ?? ""
        let renewed = try admin("POST", "/secrets/\(id)/_renew")
        #expect(renewed.status == 200 && renewed.json["id"].string == id)
        #expect(try token(first).status == 401)
        #expect(try token(renewed.json["secret"].string ?? "").status == 200)
    }

    @Test func `the domain's setting ends a secret`() throws {
        try server.control("PUT", "settings", #"{"gravitee_secret_life_ms":60000}"#)
        let made = try add("second")
        #expect(made.json["expiresAt"] != .null)
        let value = made.json["secret"].string ?? ""
        #expect(try token(value).status == 200)
        try server.control("PUT", "settings", #"{"clock_offset_ms":90000}"#)
        #expect(try token(value).status == 401)
        #expect(try token(first).status == 200)
    }

    @Test func `a method that the application isn't set to is refused`() throws {
        let form = "grant_type=client_credentials&client_id=billing&client_secret=\(first)"
        #expect(try server.post("/gravitee/gateway/practice/oauth/token", form).status == 401)
    }

    @Test func `nobody else may do anything, and other domains have nothing`() throws {
        #expect(try admin("GET", "/secrets", token: "nobody").status == 401)
        let least = server.lines["GRAVITEE_LEAST_TOKEN"]
        #expect(try admin("GET", "/secrets", token: least).status == 200)
        #expect(try admin("GET", token: least).status == 403)
        #expect(try server.http.send("GET", "\(path)/secrets").status == 401)
        let elsewhere = path.replacing(server.lines["GRAVITEE_DOMAIN"] ?? "", with: "other")
        let answer = try server.http.send(
            "GET", "\(elsewhere)/secrets",
            headers: ["Authorization": "Bearer \(server.lines["GRAVITEE_TOKEN"] ?? "")"])
        #expect(answer.status == 404)
    }

    @Test(.enabled(if: Contract.gravitee != nil, "the vendors' contracts are absent"))
    func `answers fit Gravitee's contract`() throws {
        let contract = try #require(Contract.gravitee)
        let name =
            "/organizations/{organizationId}/environments/{environmentId}/domains/{domain}"
            + "/applications/{application}/secrets"
        try server.control("PUT", "settings", #"{"gravitee_secret_life_ms":60000}"#)
        let made = try add("second")
        #expect(contract.problems(made, to: "POST", name) == [])
        #expect(contract.problems(try admin("GET", "/secrets"), to: "GET", name) == [])
        let id = made.json["id"].string ?? ""
        let renewed = try admin("POST", "/secrets/\(id)/_renew")
        #expect(contract.problems(renewed, to: "POST", "\(name)/{secret}/_renew") == [])
        let gone = try admin("DELETE", "/secrets/\(id)")
        #expect(contract.problems(gone, to: "DELETE", "\(name)/{secret}") == [])
    }
}
