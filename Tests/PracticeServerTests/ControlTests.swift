import Crypto
import Foundation
import Testing

/// The control API: oracles, settings, log and reset.
struct ControlTests {
    let server: PracticeProcess
    let app: String
    let first = "first-secret-0123456789"
    let second = "second-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        app = try server.makeClient(
            #"{"dialect":"okta","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func set(_ settings: String) throws {
        let answer = try server.control("PUT", "settings", settings)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func create() throws -> RawHTTP.Answer {
        try server.okta(
            "POST", "\(app)/credentials/secrets", #"{"client_secret":"\#(second)"}"#)
    }

    private func isTaken(_ secret: String) throws -> Bool {
        try server.token(Path.okta, "billing", secret).status == 200
    }

    @Test func `nothing is told without the key`() throws {
        for (method, path) in [("GET", "log"), ("POST", "clients"), ("PUT", "settings")] {
            #expect(try server.http.send(method, "/practice/\(path)").status == 401)
        }
    }

    @Test func `a report shows hashes and what is taken, never a value`() throws {
        let id = try create().json["id"].string ?? ""
        _ = try server.okta("POST", "\(app)/credentials/secrets/\(id)/lifecycle/deactivate")
        _ = try server.okta("DELETE", "\(app)/credentials/secrets/\(id)")
        let report = try server.control("GET", "clients/billing")
        let secrets = report.json["secrets"].array
        #expect(secrets.map { $0["is_live"] } == [.bool(true), .bool(false)])
        #expect(secrets.map { $0["is_accepted"] } == [.bool(true), .bool(false)])
        let digest = SHA256.hash(data: Data(first.utf8)).map { String(format: "%02x", $0) }
        #expect(secrets[0]["sha256"].string == digest.joined())
        #expect(!report.text.contains(first) && !report.text.contains(second))
    }

    @Test func `a new secret is taken only when it has propagated`() throws {
        try set(#"{"propagation_ms":60000}"#)
        let id = try create().json["id"].string ?? ""
        #expect(try !isTaken(second))
        try set(#"{"clock_offset_ms":61000}"#)
        #expect(try isTaken(second))
        _ = try server.okta("POST", "\(app)/credentials/secrets/\(id)/lifecycle/deactivate")
        _ = try server.okta("DELETE", "\(app)/credentials/secrets/\(id)")
        #expect(try isTaken(second))
        try set(#"{"clock_offset_ms":122000}"#)
        #expect(try !isTaken(second))
        #expect(try isTaken(first))
    }

    @Test func `the old secret can end by itself after a new one is made`() throws {
        try set(#"{"old_expires_ms":60000}"#)
        _ = try create()
        #expect(try isTaken(first))
        try set(#"{"clock_offset_ms":62000}"#)
        #expect(try !isTaken(first))
        #expect(try isTaken(second))
    }

    @Test func `a lagging list shows yesterday`() throws {
        try set(#"{"clock_offset_ms":100000,"list_lag_ms":60000}"#)
        let id = try create().json["id"].string ?? ""
        let path = "\(app)/credentials/secrets"
        #expect(try server.okta("GET", path).json.array.count == 1)
        #expect(try server.okta("GET", "\(path)/\(id)").status == 404)
        try set(#"{"clock_offset_ms":161000}"#)
        #expect(try server.okta("GET", path).json.array.count == 2)
    }

    @Test func `somebody else can be faster`() throws {
        try set(#"{"foreign_before_create":1}"#)
        #expect(try create().status == 400)
        #expect(try server.okta("GET", "\(app)/credentials/secrets").json.array.count == 2)
        #expect(try server.control("GET", "settings").json["foreign_before_create"] == .number(0))
    }

    @Test func `the log says which secret each request used`() throws {
        let id = try create().json["id"].string ?? ""
        _ = try isTaken(first)
        _ = try isTaken(second)
        _ = try isTaken("wrong")
        _ = try server.okta("POST", "\(app)/credentials/secrets/\(id)/lifecycle/deactivate")
        _ = try isTaken(second)
        let log = try server.control("GET", "log?client=billing")
        let lines = log.json.array
        #expect(lines.map { $0["sequence"].number } == [1, 2, 3, 4])
        #expect(lines.map { $0["accepted"].bool } == [true, true, false, false])
        #expect(lines[1]["secret_id"].string == id)
        #expect(lines[2]["secret_id"] == .null)
        #expect(lines[3]["secret_id"].string == id)
        #expect(lines[3]["error"] == "invalid_client")
        let digest = SHA256.hash(data: Data(second.utf8)).prefix(4)
        let short = digest.map { String(format: "%02x", $0) }.joined()
        #expect(lines[3]["sha256"].string == short)
        #expect(!log.text.contains(second) && !log.text.contains("wrong"))
        #expect(try server.control("GET", "log?since=3").json.array.count == 1)
        let counters = try server.control("GET", "stats").json[0]["counters"]
        #expect(counters["accepted"].number == 2)
        #expect(counters["refused"].number == 2)
        #expect(counters["errors"]["invalid_client"].number == 2)
        #expect(counters["accepted_by_secret"][id].number == 1)
        #expect(counters["refused_by_secret"][id].number == 1)
    }

    @Test func `a client can be removed, and made only once`() throws {
        let again = #"{"dialect":"okta","client_id":"billing"}"#
        #expect(try server.control("POST", "clients", again).status == 400)
        #expect(try server.control("DELETE", "clients/billing").status == 204)
        #expect(try !isTaken(first))
        #expect(try server.control("POST", "clients", again).status == 201)
    }

    @Test func `an unknown setting and a wrong type are refused`() throws {
        for settings in [#"{"propagation":1}"#, #"{"propagation_ms":"soon"}"#, "[]"] {
            #expect(try server.control("PUT", "settings", settings).status == 400)
        }
    }

    @Test func `a reset forgets everything but the admins`() throws {
        try set(#"{"propagation_ms":60000}"#)
        _ = try isTaken(first)
        #expect(try server.control("POST", "reset").status == 204)
        #expect(try server.okta("GET", app).status == 404)
        #expect(try server.control("GET", "log").json == .array([]))
        #expect(try server.control("GET", "settings").json["propagation_ms"] == .number(0))
        #expect(try server.keycloak("GET", "clients").status == 200)
    }
}
