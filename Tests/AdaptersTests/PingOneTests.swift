import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct PingOneTests {
    private let practice: Practice
    private let current = CredentialID(rawValue: "current")
    private let previous = CredentialID(rawValue: "previous")

    init() throws { practice = try #require(Practice.current) }

    private func pingOne(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["PINGONE_URL"]), "auth": .text(practice["PINGONE_AUTH"]),
            "environment": .text(practice["PINGONE_ENVIRONMENT"]),
            "admin": .group([
                "client_id": .text(practice["PINGONE_ADMIN_CLIENT_ID"]),
                "client_secret": "env:PINGONE_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "pingone", standard.merging(more) { $1 }, client.id, environment)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("pingone", #","auth_method":"\#(method)""#)
        let server = try await pingOne(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer to a creation is unknown, and the slots tell that it happened`()
        async throws
    {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("pingone")
            let server = try await pingOne(client)
            try await practice.fault(kind, method: "POST", path: ".*/secret")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.holds) == (isMade ? [nil, .old] : [.old]), "\(kind)")
            let shown = try #require(listed.first?.secret)
            #expect(try await accepts(server, shown))
            // Created again it would push the old secret out.
            guard isMade else { continue }
            let again = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(again?.kind == .limitReached)
            #expect(try await accepts(server, client.secret))
        }
    }

    @Test func `a new secret can't be withdrawn, and the words say until when the old one is good`()
        async throws
    {
        let client = try await practice.client("pingone")
        let server = try await pingOne(client, ["retain": "2d"])
        let made = try await server.create(nil, label: "l")
        #expect(made.id == current && made.old == previous)
        let error = await adapterError {
            try await server.delete(current, keeping: client.secret)
        }
        #expect(error?.kind == .refused && error?.code == "pingone-cannot-withdraw")
        let end = Date(timeIntervalSinceNow: 2 * 86_400).formatted(.iso8601).prefix(10)
        #expect(error?.message.contains("until \(end)") == true, "\(error?.message ?? "")")
        #expect(try await accepts(server, client.secret))
        #expect(try await accepts(server, try #require(made.secret)))
    }

    @Test func `the list tells when the previous secret was last used`() async throws {
        let client = try await practice.client("pingone")
        let server = try await pingOne(client)
        _ = try await server.create(nil, label: "l")
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.lastUsedAt) == [nil, nil])
        #expect(try await accepts(server, client.secret))
        let listed = try await server.credentials(knowing: known)
        let used = try #require(listed.first { $0.id == previous }?.lastUsedAt)
        let age = Date().timeIntervalSince1970 * 1_000 - Double(used.milliseconds)
        #expect(abs(age) < 60_000)
    }

    @Test func `the previous secret stays while the survivor is not in force`() async throws {
        let client = try await practice.client("pingone")
        let server = try await pingOne(client)
        _ = try await server.create(nil, label: "l")
        let error = await adapterError {
            try await server.delete(previous, keeping: client.secret)
        }
        #expect(error?.kind == .conflict)
        #expect(try await accepts(server, client.secret))
    }

    @Test func `a deletion whose answer was lost is finished by the next one`() async throws {
        let client = try await practice.client("pingone")
        let server = try await pingOne(client)
        let new = try #require(try await server.create(nil, label: "l").secret)
        try await practice.fault("lost_answer", method: "DELETE", path: ".*/secret")
        let error = await adapterError { try await server.delete(previous, keeping: new) }
        #expect(error?.kind == .unknown)
        try await server.delete(previous, keeping: new)
        let left = try await server.credentials(knowing: KnownSecrets(new: new))
        #expect(left.map(\.holds) == [.new])
    }

    @Test func `an old secret that somebody else pushed out is not taken for kept`() async throws {
        let client = try await practice.client("pingone")
        let server = try await pingOne(client)
        try await practice.control("PUT", "settings", #"{"foreign_before_create":1}"#)
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .unknown && error?.code == "pingone-old-lost")
        let withdrawal = await adapterError {
            try await server.delete(current, keeping: client.secret)
        }
        #expect(withdrawal?.message.contains("no longer accepted") == true)
    }

    @Test func `preflight names what would keep a rotation from working`() async throws {
        let client = try await practice.client("pingone")
        let codes = { (server: any AuthorizationServer, overlap: Span) in
            try await server.preflight(overlap: overlap).map(\.code)
        }
        let server = try await pingOne(client, ["retain": "2h"])
        #expect(try await codes(server, .hours(1)) == [])
        #expect(try await codes(server, .hours(2)) == ["pingone-retain-too-short"])
        let other = try await pingOne(client, ["token_endpoint_auth_method": "client_secret_post"])
        #expect(try await codes(other, .hours(1)) == ["pingone-other-method"])
        _ = try await server.create(nil, label: "l")
        #expect(try await codes(server, .hours(1)) == ["pingone-slot-occupied"])
        let admin = practice["PINGONE_ADMIN_CLIENT_ID"]
        let itself = try await pingOne((id: admin, secret: client.secret))
        #expect(try await codes(itself, .hours(1)) == ["pingone-own-secret", "pingone-forbidden"])
    }

    @Test func `a secret is kept for a time that PingOne allows`() async throws {
        let client = try await practice.client("pingone")
        for span in ["30s", "31d"] {
            let error = await adapterError {
                _ = try await pingOne(client, ["retain": .text(span)])
            }
            #expect(error?.code == "pingone-setting-invalid", "\(span)")
        }
    }

    @Test func `the wrong environment, admin and application are told apart`() async throws {
        let client = try await practice.client("pingone")
        let elsewhere = try await pingOne(
            client, ["environment": "7b6b7a3e-0000-4000-8000-000000000000"])
        #expect(await adapterError { _ = try await elsewhere.identity() }?.kind == .missing)
        let admin: SettingValue = .group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let plain = client.secret.withPlaintext { $0 }
        let intruder = try await pingOne(
            try await practice.client("pingone"), ["admin": admin], ["OWN": plain])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        #expect(denied?.message.contains("ACCESS_FAILED") == true)
        let stranger = try await pingOne((id: "nobody", secret: client.secret))
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["pingone-not-found"])
        let mistaken = try await pingOne(
            (id: "nobody", secret: client.secret), ["application": .text(client.id)])
        let wrong = try await mistaken.preflight(overlap: .hours(1))
        #expect(wrong.map(\.code) == ["pingone-other-client"])
    }
}
