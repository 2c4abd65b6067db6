import Foundation
import Testing

/// Keycloak's rotation, with and without a policy.
struct KeycloakTests {
    let server: PracticeProcess
    let uuid: String
    let old = "old-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        uuid = try server.makeClient(
            #"{"dialect":"keycloak","client_id":"billing","secret":"\#(old)"}"#)
    }

    private var client: String { "clients/\(uuid)" }

    private func rotate() throws -> String {
        let answer = try server.keycloak("POST", "\(client)/client-secret")
        #expect(answer.status == 200)
        #expect(answer.json["type"] == "secret")
        return answer.json["value"].string ?? ""
    }

    private func isTaken(_ secret: String) throws -> Bool {
        try server.token(Path.keycloak, "billing", secret).status == 200
    }

    private func rotated() throws -> RawHTTP.Answer {
        try server.keycloak("GET", "\(client)/client-secret/rotated")
    }

    private func attributes() throws -> JSON {
        try server.keycloak("GET", client).json["attributes"]
    }

    private func putPolicy(expiration: Int = 7200, rotated: Int = 3600) throws {
        let profiles = """
            {"profiles":[{"name":"rotation","description":"","executors":[{"executor":\
            "secret-rotation","configuration":{"expiration-period":\(expiration),\
            "rotated-expiration-period":\(rotated),"remaining-rotation-period":60}}]}]}
            """
        let policies = """
            {"policies":[{"name":"rotation","enabled":true,"conditions":[{"condition":\
            "client-access-type","configuration":{"type":["confidential"]}}],\
            "profiles":["rotation"]}]}
            """
        #expect(try server.keycloak("PUT", "client-policies/profiles", profiles).status == 204)
        #expect(try server.keycloak("PUT", "client-policies/policies", policies).status == 204)
    }

    private func passTime(seconds: Int) throws {
        let answer = try server.control(
            "PUT", "settings", #"{"clock_offset_ms":\#(seconds * 1000)}"#)
        #expect(answer.status == 200)
    }

    @Test func `without a policy a new secret replaces the old at once`() throws {
        let new = try rotate()
        #expect(try isTaken(new))
        #expect(try !isTaken(old))
        #expect(try rotated().status == 404)
        #expect(try rotated().json["error"] == "Client does not have a rotated secret")
    }

    @Test func `with a policy both are taken and the times are epoch seconds`() throws {
        try putPolicy()
        let new = try rotate()
        #expect(try isTaken(new))
        #expect(try isTaken(old))
        #expect(try rotated().json["value"].string == old)
        let attributes = try attributes()
        #expect(attributes["client.secret.rotated"].string == old)
        let now = Date.now.timeIntervalSince1970
        for (name, after) in [
            ("client.secret.creation.time", 0.0), ("client.secret.expiration.time", 7200),
            ("client.secret.rotated.creation.time", 0),
            ("client.secret.rotated.expiration.time", 3600),
        ] {
            let time = attributes[name].string.flatMap(Double.init) ?? 0
            #expect(abs(time - now - after) < 30, "\(name)")
        }
    }

    @Test func `a second rotation pushes the old secret out`() throws {
        try putPolicy()
        let second = try rotate()
        let third = try rotate()
        #expect(try !isTaken(old))
        #expect(try isTaken(second))
        #expect(try isTaken(third))
        #expect(try rotated().json["value"].string == second)
    }

    @Test func `deleting the rotated secret ends it, and is fine twice`() throws {
        try putPolicy()
        _ = try rotate()
        for _ in 1...2 {
            let answer = try server.keycloak("DELETE", "\(client)/client-secret/rotated")
            #expect(answer.status == 204)
        }
        #expect(try !isTaken(old))
        #expect(try rotated().status == 404)
    }

    @Test func `the rotated secret expires, and is still shown`() throws {
        try putPolicy()
        let new = try rotate()
        try passTime(seconds: 3700)
        #expect(try !isTaken(old))
        #expect(try isTaken(new))
        #expect(try rotated().json["value"].string == old)
    }

    @Test func `when the current secret expires both are refused`() throws {
        try putPolicy(expiration: 7200, rotated: 7200)
        let new = try rotate()
        #expect(try isTaken(old))
        try passTime(seconds: 7300)
        #expect(try !isTaken(new))
        #expect(try !isTaken(old))
    }

    @Test func `a rotated period of nothing drops the old at once`() throws {
        try putPolicy(rotated: 0)
        _ = try rotate()
        #expect(try !isTaken(old))
        #expect(try rotated().status == 404)
    }

    @Test func `a put secret replaces the current one without overlap`() throws {
        try putPolicy()
        let before = try server.keycloak("PUT", client, #"{"secret":"chosen-0123456789"}"#)
        #expect(before.status == 204)
        #expect(try isTaken("chosen-0123456789"))
        #expect(try !isTaken(old))
        #expect(try rotated().status == 404)
        let stamped = try attributes()["client.secret.expiration.time"]
        #expect(stamped.string != nil)
    }

    @Test func `a put over an expired secret generates another over the one sent`() throws {
        try putPolicy()
        _ = try rotate()
        try passTime(seconds: 7300)
        _ = try server.keycloak("PUT", client, #"{"secret":"chosen-0123456789"}"#)
        let current = try server.keycloak("GET", "\(client)/client-secret").json["value"].string
        #expect(current != "chosen-0123456789")
        #expect(try rotated().json["value"] == "chosen-0123456789")
    }

    @Test func `a put without a policy wipes the rotated secret`() throws {
        try putPolicy()
        let new = try rotate()
        _ = try server.keycloak("PUT", "client-policies/policies", #"{"policies":[]}"#)
        #expect(try isTaken(old))
        _ = try server.keycloak("PUT", client, #"{"description":"by another tool"}"#)
        #expect(try !isTaken(old))
        #expect(try isTaken(new))
    }

    @Test func `a stale representation brings a revoked secret back`() throws {
        try putPolicy()
        _ = try rotate()
        let stale = try server.keycloak("GET", client).text
        _ = try server.keycloak("DELETE", "\(client)/client-secret/rotated")
        #expect(try !isTaken(old))
        _ = try server.keycloak("PUT", client, stale)
        #expect(try isTaken(old))
    }

    @Test func `a client is found by its client id`() throws {
        let found = try server.keycloak("GET", "clients?clientId=billing").json
        #expect(found.array.count == 1)
        #expect(found[0]["id"].string == uuid)
        #expect(found[0]["secret"].string == old)
        #expect(try server.keycloak("GET", "clients?clientId=nobody").json == .array([]))
    }

    @Test func `a bad profile or policy is refused whole`() throws {
        for configuration in [
            #"{"expiration-period":10,"rotated-expiration-period":20,"#
                + #""remaining-rotation-period":5}"#,
            #"{"expiration-period":10,"rotated-expiration-period":5}"#,
            #"{"expiration-period":0,"rotated-expiration-period":0,"remaining-rotation-period":0}"#,
        ] {
            let refused = try server.keycloak(
                "PUT", "client-policies/profiles",
                """
                {"profiles":[{"name":"x","executors":[{"executor":"secret-rotation",\
                "configuration":\(configuration)}]}]}
                """)
            #expect(refused.status == 400)
            let text = refused.json["errorMessage"].string ?? ""
            #expect(text.hasPrefix("proposed client profile contains the executor"))
        }
        let refused = try server.keycloak(
            "PUT", "client-policies/policies", #"{"policies":[{"name":"x","profiles":["none"]}]}"#)
        #expect(refused.status == 400)
    }
}
