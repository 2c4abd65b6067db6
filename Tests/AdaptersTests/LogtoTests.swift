import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct LogtoTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func logto(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["LOGTO_URL"]),
            "admin": .group([
                "client_id": .text(practice["LOGTO_ADMIN_CLIENT_ID"]),
                "client_secret": "env:LOGTO_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "logto", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("logto")
        let server = try await logto(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer to a creation is unknown, and the list shows name and value`()
        async throws
    {
        let client = try await practice.client("logto")
        let server = try await logto(client)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: ".*/secrets")
            let label = "holdover/\(kind)/1"
            let error = await adapterError { _ = try await server.create(nil, label: label) }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            let ours = listed.first { $0.label == label }
            #expect((ours?.secret != nil) == isMade, "\(kind)")
            if isMade {
                let again = await adapterError { _ = try await server.create(nil, label: label) }
                #expect(again?.code == "logto-name-taken" && again?.kind == .unknown)
            }
            if let ours { try await server.delete(ours.id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        let client = try await practice.client("logto")
        let server = try await logto(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "logto-survivor-not-listed")
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `the wrong tenant, admin and application are told apart`() async throws {
        let client = try await practice.client("logto")
        let elsewhere = try await logto(client, ["url": .text(practice["PRACTICE_URL"])])
        #expect(await adapterError { _ = try await elsewhere.identity() } != nil)
        let admin: SettingValue = .group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let plain = client.secret.withPlaintext { $0 }
        let intruder = try await logto(client, ["admin": admin], ["OWN": plain])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .refused || denied?.kind == .unauthorized)
        let stranger = try await logto((id: "nobody", secret: client.secret))
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["logto-not-found"])
    }
}
