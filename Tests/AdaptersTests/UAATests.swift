import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct UAATests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func uaa(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["UAA_URL"]), "token_lifetime": "5m",
            "admin": .group([
                "client_id": .text(practice["UAA_ADMIN_CLIENT_ID"]),
                "client_secret": "env:UAA_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "uaa", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test func `a deletion that was done is in doubt where nobody can look behind it`()
        async throws
    {
        let client = try await practice.client("uaa")
        let new = Practice.secret()
        _ = try await uaa(client).create(new, label: "l")
        let blind = AdapterRegistry(
            http: BlindAfterChange(practice.http), environment: practice.values
        ) { Instant(milliseconds: 0) }
        let settings: [String: SettingValue] = [
            "url": .text(practice["UAA_URL"]),
            "admin": .group([
                "client_id": .text(practice["UAA_ADMIN_CLIENT_ID"]),
                "client_secret": "env:UAA_ADMIN_CLIENT_SECRET",
            ]),
        ]
        let server = try await blind.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                server: .of("uaa", settings), stores: []))
        let error = await adapterError {
            try await server.delete(CredentialID(rawValue: "older"), keeping: new)
        }
        #expect(error?.kind == .unknown)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("uaa")
        let server = try await uaa(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `after a lost answer to a creation, the new secret tells what it came to`()
        async throws
    {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("uaa")
            let server = try await uaa(client)
            try await practice.fault(kind, method: "PUT", path: ".*/secret")
            let new = Practice.secret()
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let holds = try await server.credentials(knowing: known).map(\.holds)
            #expect(holds == (isMade ? [.old, .new] : [.old]), "\(kind)")
        }
    }

    @Test func `a full client and a busy server change nothing`() async throws {
        let client = try await practice.client("uaa")
        let server = try await uaa(client)
        try await practice.control("PUT", "settings", #"{"foreign_before_create":1}"#)
        let full = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(full?.kind == .limitReached && full?.code == "uaa-two-secrets")
        try await practice.fault("rate_limit", method: "PUT", path: ".*/secret")
        let busy = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        guard case .unavailable = busy?.kind else { return #expect(Bool(false), "\(busy?.code)") }
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    @Test func `nothing is dropped while the survivor is refused`() async throws {
        let client = try await practice.client("uaa")
        let server = try await uaa(client)
        _ = try await server.create(Practice.secret(), label: "l")
        for id in ["older", "newer"] {
            let error = await adapterError {
                try await server.delete(CredentialID(rawValue: id), keeping: Practice.secret())
            }
            #expect(error?.kind == .conflict && error?.code == "uaa-survivor-refused")
        }
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    /// Somebody removed both and added them the other way round.
    @Test func `the survivor is put back where it was the older one`() async throws {
        let client = try await practice.client("uaa")
        let server = try await uaa(client)
        _ = try await server.create(Practice.secret(), label: "l")
        try await server.delete(CredentialID(rawValue: "older"), keeping: client.secret)
        #expect(try await server.authenticate(with: client.secret, connection: .fresh) == .accepted)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `tokens that outlive the overlap are a problem, and so is a missing authority`()
        async throws
    {
        let client = try await practice.client("uaa")
        let slow = try await uaa(client, ["token_lifetime": "12h"])
        let found = try await slow.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["uaa-overlap-too-short"])
        #expect(try await slow.preflight(overlap: .hours(12)) == [])
        let admin = SettingValue.group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let intruder = try await uaa(
            client, ["admin": admin], ["OWN": client.secret.withPlaintext { $0 }])
        let codes = try await intruder.preflight(overlap: .hours(1)).map(\.code)
        #expect(codes == ["uaa-missing-scope", "uaa-forbidden"])
        let stranger = try await uaa((id: "nobody", secret: client.secret))
        #expect(try await stranger.preflight(overlap: .hours(1)).map(\.code) == ["uaa-not-found"])
    }
}
