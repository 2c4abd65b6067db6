import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Who still uses an old secret, by Entra's report of sign-ins.
@Suite(.practice, .serialized) struct EntraReportTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    /// A server whose admin has these rights beside the usual one.
    private func entra(
        _ client: String, readsReport: Bool = true, rights: [String] = ["AuditLog.Read.All"]
    ) async throws -> any AuthorizationServer {
        let grants = ["Application.ReadWrite.OwnedBy"] + rights
        let admin = try await practice.client("entra", #","grants":\#(grants)"#)
        let settings: [String: SettingValue] = [
            "url": .text(practice["ENTRA_URL"]), "authority": .text(practice["ENTRA_AUTHORITY"]),
            "tenant": .text(practice["ENTRA_TENANT"]),
            "sign_in_report": .text("\(readsReport)"),
            "admin": .group(["client_id": .text(admin.id), "client_secret": "env:OTHER"]),
        ]
        let plain = admin.secret.withPlaintext { $0 }
        return try await practice.server("entra", settings, client, ["OTHER": plain])
    }

    private func lag(_ milliseconds: Int) async throws {
        try await practice.control(
            "PUT", "settings", #"{"entra_report_lag_ms":\#(milliseconds)}"#)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .kept) == .accepted
    }

    private func uses(_ server: any AuthorizationServer) async throws -> [Instant?] {
        try await server.credentials(knowing: KnownSecrets()).map(\.lastUsedAt)
    }

    @Test func `the report tells when each secret was last used, once it has come so far`()
        async throws
    {
        let client = try await practice.client("entra")
        let server = try await entra(client.id)
        #expect(server.capabilities.telemetry == .secret)
        #expect(server.capabilities.telemetryLag == .hours(24))
        try await lag(86_400_000)
        #expect(try await accepts(server, client.secret))
        _ = try await server.create(nil, label: "l")
        #expect(try await uses(server) == [nil, nil], "the report lags")
        try await lag(0)
        let found = try await uses(server)
        let used = try #require(found.first ?? nil)
        let age = Date().timeIntervalSince1970 * 1_000 - Double(used.milliseconds)
        #expect(abs(age) < 60_000)
        #expect(found.last == .some(nil), "nobody used the new one")
    }

    @Test func `a busy application's sign-ins are read, though each is large`() async throws {
        try await lag(0)
        let client = try await practice.client("entra")
        let server = try await entra(client.id)
        let count = 450
        for _ in 0..<count { #expect(try await accepts(server, client.secret)) }
        let told = try #require(
            try await server.presentations(since: Instant(milliseconds: 1_000_000)))
        #expect(told.events.count == count && !told.isTruncated)
    }

    @Test func `nobody is asked for the report unless the plan says so`() async throws {
        try await lag(0)
        let client = try await practice.client("entra")
        let server = try await entra(client.id, readsReport: false)
        #expect(server.capabilities.telemetry == .none)
        #expect(server.capabilities.telemetryLag == .zero)
        #expect(try await accepts(server, client.secret))
        _ = try await server.create(nil, label: "l")
        // It would fail where it were asked for.
        try await practice.fault("error_before_effect", method: "GET", path: ".*/beta/.*")
        #expect(try await uses(server) == [nil, nil])
        #expect(try await server.preflight(overlap: .hours(1)) == [])
        let waiting = try await practice.control("GET", "faults")
        #expect(try waiting.node(at: ["0"]) != nil)
        try await practice.control("DELETE", "faults")
    }

    @Test(arguments: [true, false])
    func `without the right or the licence there is a warning, and a rotation does without`(
        isLicensed: Bool
    ) async throws {
        try await lag(0)
        try await practice.control("PUT", "settings", #"{"entra_is_premium":\#(isLicensed)}"#)
        let client = try await practice.client("entra")
        let server = try await entra(
            client.id, rights: isLicensed ? [] : ["AuditLog.Read.All"])
        let found = try await server.preflight(overlap: .hours(48))
        #expect(found.map(\.code) == ["entra-no-sign-in-report"])
        #expect(found.map(\.severity) == [.warning])
        #expect(found.first?.message.contains("AuditLog.Read.All") == true)
        #expect(try await accepts(server, client.secret))
        let made = try await server.create(nil, label: "l")
        #expect(try await uses(server) == [nil, nil])
        let old = try #require(
            try await server.credentials(knowing: KnownSecrets()).first { $0.id != made.id })
        try await server.delete(old.id, keeping: try #require(made.secret))
        #expect(try await practice.liveSecrets(client.id) == 1)
        try await practice.control("PUT", "settings", #"{"entra_is_premium":true}"#)
    }

    @Test func `an overlap that the report may lag behind is a warning`() async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client.id)
        #expect(
            try await server.preflight(overlap: .hours(24)).map(\.code) == ["entra-report-lags"])
        #expect(try await server.preflight(overlap: .hours(25)) == [])
    }

    @Test(arguments: [
        ("error_before_effect", AdapterError.Kind.unavailable(retryAfter: nil)),
        ("rate_limit", .unavailable(retryAfter: .seconds(2))), ("html", nil),
    ])
    func `a report that doesn't come is waited for, and what is none tells nothing`(
        kind: String, expected: AdapterError.Kind?
    ) async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client.id)
        try await lag(0)
        _ = try await server.create(nil, label: "l")
        #expect(try await accepts(server, client.secret))
        try await practice.fault(kind, method: "GET", path: ".*/beta/.*")
        let error = await adapterError {
            let told = try await uses(server)
            #expect(told == [nil, nil])
        }
        #expect(error?.kind == expected)
        // The report would have told of one.
        #expect(try await uses(server) != [nil, nil])
        #expect(error?.message.hasSuffix("(the sign-in report)") ?? true)
    }

    @Test(arguments: [
        (#"{"value":[]}"#, [:]), (#"{"value":[{"keyId":"A"}]}"#, [:]), ("{}", [:]),
        (
            #"{"value":[{"keyId":"A","signInActivity":{"lastSignInDateTime":"#
                + #""2026-11-02T00:00:00Z","lastSuccessfulSignInDateTime":"#
                + #""2026-11-03T00:00:00.1234567Z"}},{"keyId":"b","signInActivity":"#
                + #"{"lastSignInDateTime":null}}]}"#, ["a": 1_793_664_000_123]
        ),
        (
            #"{"keyId":"a","signInActivity":{"lastSignInDateTime":"2026-11-03T00:00:00Z"}}"#,
            ["a": 1_793_664_000_000]
        ),
    ])
    func `a page of entries is read, and one that stands by itself`(
        json: String, expected: [String: Int64]
    ) throws {
        let report = try JSONDecoder().decode(EntraSignInReport.self, from: Data(json.utf8))
        #expect(report.lastUses.mapValues(\.milliseconds) == expected)
    }
}
