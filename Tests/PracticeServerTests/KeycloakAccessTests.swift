import Foundation
import Testing

/// Who may use Keycloak's admin API, its events, and that its answers fit its contract.
struct KeycloakAccessTests {
    let server: PracticeProcess
    let uuid: String
    let secret = "old-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        uuid = try server.makeClient(
            #"{"dialect":"keycloak","client_id":"billing","secret":"\#(secret)"}"#)
    }

    private func get(_ path: String, token: String?) throws -> RawHTTP.Answer {
        try server.http.send(
            "GET", path, headers: token.map { ["Authorization": "Bearer \($0)"] } ?? [:])
    }

    @Test func `no token, a wrong one, and one of another server get 401`() throws {
        try server.makeClient(
            #"{"dialect":"okta","client_id":"practice-admin","secret":"\#(secret)"}"#)
        let foreign = try server.token(Path.okta, "practice-admin", secret).json["access_token"]
        for token in [nil, "wrong", foreign.string] {
            let refused = try get("/admin/realms/practice/clients", token: token)
            #expect(refused.status == 401)
            #expect(refused.json["error"] == "HTTP 401 Unauthorized")
        }
    }

    @Test func `a client without roles gets 403, one that may view sees stars`() throws {
        try server.makeClient(
            #"{"dialect":"keycloak","client_id":"plain","secret":"plain-secret-0123"}"#)
        try server.makeClient(
            """
            {"dialect":"keycloak","client_id":"viewer","secret":"viewer-secret-0123",\
            "grants":["view-clients"]}
            """)
        let path = "/admin/realms/practice/clients/\(uuid)"
        let plain = try server.token(Path.keycloak, "plain", "plain-secret-0123").json
        let refused = try get(path, token: plain["access_token"].string)
        #expect(refused.status == 403)
        #expect(refused.json["error"] == "HTTP 403 Forbidden")
        let viewer = try server.token(Path.keycloak, "viewer", "viewer-secret-0123").json
        let seen = try get(path, token: viewer["access_token"].string)
        #expect(seen.json["secret"] == "**********")
        let asked = try get("\(path)/client-secret", token: viewer["access_token"].string)
        #expect(asked.status == 403)
    }

    @Test func `an admin token ends with its time`() throws {
        let token = try server.keycloakToken()
        let path = "/admin/realms/practice/clients"
        #expect(try get(path, token: token).status == 200)
        try server.control("PUT", "settings", #"{"clock_offset_ms":3700000}"#)
        #expect(try get(path, token: token).status == 401)
    }

    @Test func `an unknown uuid is not found`() throws {
        let refused = try server.keycloak("GET", "clients/nope/client-secret")
        #expect(refused.status == 404)
        #expect(refused.json["error"] == "Could not find client")
    }

    @Test func `events are kept when asked for, and name the rotated secret's use`() throws {
        _ = try server.token(Path.keycloak, "billing", secret)
        #expect(try server.keycloak("GET", "events?client=billing").json == .array([]))
        _ = try server.keycloak("PUT", "events/config", #"{"eventsEnabled":true}"#)
        let profiles = """
            {"profiles":[{"name":"r","executors":[{"executor":"secret-rotation","configuration":\
            {"expiration-period":60,"rotated-expiration-period":60,\
            "remaining-rotation-period":60}}]}]}
            """
        _ = try server.keycloak("PUT", "client-policies/profiles", profiles)
        _ = try server.keycloak(
            "PUT", "client-policies/policies",
            """
            {"policies":[{"name":"r","enabled":true,"profiles":["r"],\
            "conditions":[{"condition":"any-client"}]}]}
            """)
        let new = try server.keycloak("POST", "clients/\(uuid)/client-secret").json["value"].string
        _ = try server.token(Path.keycloak, "billing", new ?? "")
        _ = try server.token(Path.keycloak, "billing", secret)
        _ = try server.token(Path.keycloak, "billing", "wrong")
        let events = try server.keycloak("GET", "events?client=billing&direction=asc").json.array
        #expect(
            events.map { $0["type"] } == ["CLIENT_LOGIN", "CLIENT_LOGIN", "CLIENT_LOGIN_ERROR"])
        #expect(
            events.map { $0["details"]["client_auth_detail"] != .null } == [false, true, false])
        #expect(events.last?["error"] == "invalid_client_credentials")
        let failures = try server.keycloak(
            "GET", "events?client=billing&type=CLIENT_LOGIN_ERROR&max=5")
        #expect(failures.json.array.count == 1)
        let later = try server.keycloak("GET", "events?client=billing&dateFrom=9999999999999")
        #expect(later.json == .array([]))
        #expect(try server.keycloak("GET", "events?type=CLIENT_LOGIN&type=NONE").status == 400)
        try server.control("PUT", "settings", #"{"keycloak_tells_rotated":false}"#)
        let older = try server.keycloak("GET", "events?client=billing").json.array
        #expect(older.count == 3)
        #expect(older.allSatisfy { $0["details"]["client_auth_detail"] == .null })
        try server.control(
            "PUT", "settings", #"{"keycloak_event_life":60,"clock_offset_ms":61000}"#)
        #expect(try server.keycloak("GET", "events?client=billing").json == .array([]))
        let config = try server.keycloak("GET", "events/config").json
        #expect(config["eventsExpiration"] == .number(60))
    }

    @Test(.enabled(if: Contract.keycloak != nil, "the Keycloak contract file is not here"))
    func `every answer fits Keycloak's contract`() throws {
        let contract = try #require(Contract.keycloak)
        let root = "/admin/realms/{realm}"
        let client = "clients/{client-uuid}"
        _ = try server.keycloak("PUT", "events/config", #"{"eventsEnabled":true}"#)
        let calls = [
            ("GET", "clients?clientId=billing", "clients"),
            ("GET", "clients/\(uuid)", client),
            ("PUT", "clients/\(uuid)", client),
            ("GET", "clients/\(uuid)/client-secret", "\(client)/client-secret"),
            ("POST", "clients/\(uuid)/client-secret", "\(client)/client-secret"),
            ("GET", "client-policies/profiles", "client-policies/profiles"),
            ("GET", "client-policies/policies", "client-policies/policies"),
            ("GET", "events", "events"),
            ("GET", "events/config", "events/config"),
            ("PUT", "events/config", "events/config"),
            ("DELETE", "events", "events"),
        ]
        for (method, path, template) in calls {
            let answer = try server.keycloak(method, path, method == "GET" ? nil : "{}")
            #expect(answer.status < 300, "\(method) \(path)")
            #expect(
                contract.problems(answer, to: method, "\(root)/\(template)") == [],
                "\(method) \(path)")
        }
    }
}
