import ClientCredentials
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Who still uses Keycloak's rotated secret, by the events of the realm.
@Suite(.practice, .serialized) struct KeycloakEventTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func keycloak(
        _ client: String, _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["PRACTICE_URL"]), "realm": "practice",
            "admin": .group([
                "client_id": .text(practice["KEYCLOAK_ADMIN_CLIENT_ID"]),
                "client_secret": "env:KEYCLOAK_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "keycloak", standard.merging(more) { $1 }, client, environment)
    }

    /// A server whose admin has no other rights than these.
    private func keycloak(_ client: String, grants: String) async throws
        -> any AuthorizationServer
    {
        let admin = try await practice.client("keycloak", #","grants":[\#(grants)]"#)
        let login = SettingValue.group([
            "client_id": .text(admin.id), "client_secret": "env:OTHER",
        ])
        let plain = admin.secret.withPlaintext { $0 }
        return try await keycloak(client, ["admin": login], ["OTHER": plain])
    }

    /// Lets the realm rotate, and save its events or not.
    private func realm(savesEvents: Bool) async throws {
        try await put("client-policies/policies", #"{"policies":[]}"#)
        try await put(
            "client-policies/profiles",
            #"{"profiles":[{"name":"rotate","executors":[{"executor":"secret-rotation","#
                + #""configuration":{"expiration-period":864000,"rotated-expiration-period":"#
                + #"86400,"remaining-rotation-period":0}}]}]}"#)
        try await put(
            "client-policies/policies",
            #"{"policies":[{"name":"rotate","enabled":true,"profiles":["rotate"],"#
                + #""conditions":[{"condition":"any-client"}]}]}"#)
        try await put("events/config", #"{"eventsEnabled":\#(savesEvents)}"#)
    }

    private func put(_ what: String, _ json: String) async throws {
        let server = try #require(try await keycloak("any") as? Keycloak)
        _ = try await server.api.admin.expect(
            [200, 204], "PUT", "/admin/realms/practice/\(what)", body: Array(json.utf8),
            .repeatable)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .kept) == .accepted
    }

    private func uses(_ server: any AuthorizationServer) async throws -> [Instant?] {
        try await server.credentials(knowing: KnownSecrets()).map(\.lastUsedAt)
    }

    @Test func `the events tell when the rotated secret was last used, and only that one`()
        async throws
    {
        try await realm(savesEvents: true)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        #expect(server.capabilities.telemetry == .retained)
        #expect(try await accepts(server, client.secret))
        let new = try #require(try await server.create(nil, label: "l").secret)
        #expect(try await accepts(server, new))
        #expect(try await uses(server) == [nil, nil], "it was in force when it was used")
        #expect(try await accepts(server, client.secret))
        // Whatever else comes after it, more than a page of it.
        for _ in 0..<260 { #expect(try await accepts(server, new)) }
        _ = try await server.authenticate(with: ClientSecret("nonsense"), connection: .kept)
        let found = try await uses(server)
        let used = try #require(found.last ?? nil)
        #expect(found.first == .some(nil))
        let age = Date().timeIntervalSince1970 * 1_000 - Double(used.milliseconds)
        #expect(abs(age) < 600_000)
        let off = try await keycloak(client.id, ["login_events": "false"])
        #expect(off.capabilities.telemetry == .none)
        #expect(try await uses(off) == [nil, nil])
    }

    @Test func `a realm before 26.8 tells of logins, and not of which secret`() async throws {
        try await realm(savesEvents: true)
        try await practice.control("PUT", "settings", #"{"keycloak_tells_rotated":false}"#)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        _ = try await server.create(nil, label: "l")
        #expect(try await accepts(server, client.secret))
        #expect(try await uses(server) == [nil, nil])
        try await practice.control("PUT", "settings", #"{"keycloak_tells_rotated":true}"#)
        #expect(try await uses(server).last != .some(nil))
    }

    @Test func `what is missing is a warning, and a rotation does without`() async throws {
        try await realm(savesEvents: true)
        let client = try await practice.client("keycloak")
        let least = #""manage-clients","view-realm""#
        let blind = try await keycloak(client.id, grants: least)
        let found = try await blind.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["keycloak-no-events"])
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.message.contains("grant view-events") == true)
        let new = try #require(try await blind.create(nil, label: "l").secret)
        #expect(try await accepts(blind, client.secret))
        #expect(try await uses(blind) == [nil, nil])
        let sighted = try await keycloak(client.id, grants: #"\#(least),"view-events""#)
        #expect(try await uses(sighted).last != .some(nil))
        try await blind.delete(CredentialID(rawValue: "rotated"), keeping: new)
        #expect(try await sighted.preflight(overlap: .hours(1)) == [])
        let silent = try await keycloak(client.id, ["login_events": "false"])
        try await realm(savesEvents: false)
        #expect(
            try await sighted.preflight(overlap: .hours(1)).map(\.code) == ["keycloak-events-off"])
        #expect(try await silent.preflight(overlap: .hours(1)) == [])
    }

    @Test func `events that can't be had are found out by asking for them`() async throws {
        try await realm(savesEvents: true)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        try await practice.fault("html", method: "GET", path: "/admin/realms/practice/events")
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["keycloak-no-events"])
        #expect(try await server.preflight(overlap: .hours(1)) == [])
    }

    @Test func `events that are gone before the overlap is over are a warning`() async throws {
        try await realm(savesEvents: true)
        try await practice.control("PUT", "settings", #"{"keycloak_event_life":3600}"#)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        #expect(try await server.preflight(overlap: .hours(1)) == [])
        #expect(
            try await server.preflight(overlap: .hours(2)).map(\.code)
                == ["keycloak-events-expire"])
        try await practice.control("PUT", "settings", #"{"keycloak_event_life":0}"#)
    }

    @Test(arguments: [
        ("error_before_effect", AdapterError.Kind.unavailable(retryAfter: nil)), ("html", nil),
    ])
    func `events that don't come are waited for, and what is none tells nothing`(
        kind: String, expected: AdapterError.Kind?
    ) async throws {
        try await realm(savesEvents: true)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        _ = try await server.create(nil, label: "l")
        #expect(try await accepts(server, client.secret))
        try await practice.fault(kind, method: "GET", path: "/admin/realms/practice/events")
        let error = await adapterError {
            let told = try await uses(server)
            #expect(told == [nil, nil])
        }
        #expect(error?.kind == expected)
        #expect(error?.message.hasSuffix("(the realm's events)") ?? true)
        #expect(try await uses(server).last != .some(nil))
    }

    @Test(arguments: [
        (#"{"client_auth_method":"client-secret"}"#, false),
        (#"{"client_auth_method":"client-secret","client_auth_detail":"rotated_secret"}"#, true),
        (#"{"client_auth_rotated":"true"}"#, true), (#"{"client_auth_rotated":null}"#, true),
        (#"{"client_auth_kid":"k1"}"#, false), (#"{"scope":"rotated"}"#, false),
        (#"{"client_auth_method":"rotated"}"#, false), ("null", false),
    ])
    func `an event tells of the rotated secret by a detail that speaks of it`(
        details: String, tells: Bool
    ) throws {
        let json = Data(#"{"time":1,"details":\#(details)}"#.utf8)
        #expect(try JSONDecoder().decode(KeycloakEvent.self, from: json).usedRotated == tells)
    }
}
