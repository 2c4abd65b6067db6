import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What is asked of the adapter at the practice server and at the real one alike.
struct BuntubiGround: Sendable {
    typealias Client = (id: String, secret: ClientSecret)

    let url: String
    /// The token of a person who may change apps.
    let token: String
    /// Makes an app with one secret.
    let makeClient: @Sendable () async throws -> Client
    let http = CurlClient()

    func server(
        _ client: String, _ more: [String: SettingValue] = [:], token: String? = nil,
        isExclusive: Bool = true, overlap: Span = .hours(1)
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(url), "admin": .group(["token": "env:BUNTUBI_TOKEN"]),
        ]
        let registry = AdapterRegistry(
            http: http, environment: ["BUNTUBI_TOKEN": token ?? self.token]
        ) { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) }
        return try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client),
                server: .of("buntubi", standard.merging(more) { $1 }), stores: [],
                overlap: overlap, isExclusive: isExclusive))
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    func expectContract(_ method: String) async throws {
        let client = try await makeClient()
        let server = try await server(client.id, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
    }

    /// The old secret is known by how it begins, and ends a day after the new one was made.
    func expectEndOfOthers() async throws {
        let client = try await makeClient()
        let server = try await server(client.id)
        let before = try await server.credentials(knowing: KnownSecrets(old: client.secret))
        #expect(before.map(\.holds) == [.old])
        #expect(before.map(\.expiresAt) == [nil])
        let made = try await server.create(nil, label: "l")
        let known = KnownSecrets(old: client.secret, new: made.secret)
        let listed = try await server.credentials(knowing: known)
        let old = try #require(listed.first { $0.holds == .old })
        let new = try #require(listed.first { $0.holds == .new })
        #expect(new.id == made.id && new.expiresAt == nil && listed.count == 2)
        let created = try #require(new.createdAt)
        let life = try #require(old.expiresAt).since(created).milliseconds
        #expect(abs(life - Span.hours(24).milliseconds) < 60_000)
        let unknown = try await server.credentials(knowing: KnownSecrets(old: client.secret))
        #expect(unknown.filter { $0.holds == nil }.map(\.isOther) == [true])
    }

    /// A refusal is no use, and a use is told of the secret that was used.
    func expectUseTold() async throws {
        let client = try await makeClient()
        let server = try await server(client.id)
        let made = try await server.create(nil, label: "l")
        let new = try #require(made.secret)
        let known = KnownSecrets(old: client.secret, new: new)
        let wrong = new.withPlaintext { ClientSecret($0 + "no") }
        #expect(try await !accepts(server, wrong))
        let before = try await server.credentials(knowing: known)
        #expect(before.map(\.lastUsedAt) == [nil, nil])
        #expect(try await accepts(server, new))
        let after = try await server.credentials(knowing: known)
        let used = try #require(after.first { $0.holds == .new }?.lastUsedAt)
        let age = Date().timeIntervalSince1970 * 1_000 - Double(used.milliseconds)
        #expect(abs(age) < 60_000)
        #expect(after.contains { $0.holds == .old && $0.lastUsedAt == nil })
    }

    func expectOnlyUnusedWithdrawn() async throws {
        let client = try await makeClient()
        let server = try await server(client.id)
        let unused = try await server.create(nil, label: "l")
        for _ in 1...2 { try await server.delete(unused.id, keeping: client.secret) }
        #expect(try await server.credentials(knowing: KnownSecrets()).count == 1)
        let findings = try await server.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["buntubi-secret-ends"])
        #expect(findings.map(\.severity) == [.warning])
        let used = try await server.create(nil, label: "l")
        let new = try #require(used.secret)
        #expect(try await accepts(server, new))
        let error = await adapterError { try await server.delete(used.id, keeping: client.secret) }
        #expect(error?.kind == .refused && error?.code == "buntubi-survivor-ends")
        #expect(error?.message.contains("until 2") == true, "\(error?.message ?? "")")
        #expect(try await accepts(server, client.secret))
        #expect(try await accepts(server, new))
    }

    func expectSurvivor() async throws {
        let client = try await makeClient()
        let server = try await server(client.id)
        let known = KnownSecrets(old: client.secret)
        let id = try #require(try await server.credentials(knowing: known).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.kind == .conflict && error?.code == "buntubi-survivor-not-listed")
        }
        let made = try await server.create(nil, label: "l")
        // It begins as one that is listed, and isn't it.
        let alike = try #require(made.secret).withPlaintext { ClientSecret($0.prefix(20) + "no") }
        let error = await adapterError { try await server.delete(id, keeping: alike) }
        #expect(error?.kind == .conflict && error?.code == "buntubi-survivor-refused")
        #expect(try await accepts(server, client.secret))
    }

    func expectMistakesToldApart() async throws {
        let client = try await makeClient()
        let intruder = try await server(client.id, token: "nobody")
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        #expect(denied?.message.contains("invalid_token") == true)
        let stranger = try await server("app_nobody")
        let lost = await adapterError { _ = try await stranger.create(nil, label: "l") }
        #expect(lost?.kind == .missing)
        let gone = await adapterError {
            try await stranger.delete(CredentialID(rawValue: "x"), keeping: client.secret)
        }
        #expect(gone?.kind == .missing)
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["buntubi-not-found"])
        let unknown = try await stranger.authenticate(with: client.secret, connection: .fresh)
        #expect(unknown == .refused(code: "invalid_client"))
        let server = try await server(client.id, isExclusive: false, overlap: .hours(24))
        #expect(
            try await server.preflight(overlap: .hours(24)).map(\.code) == [
                "buntubi-overlap-too-long", "buntubi-not-exclusive",
            ])
    }
}
