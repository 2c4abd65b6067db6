import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct EntraTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func entra(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["ENTRA_URL"]), "authority": .text(practice["ENTRA_AUTHORITY"]),
            "tenant": .text(practice["ENTRA_TENANT"]),
            "admin": .group([
                "client_id": .text(practice["ENTRA_ADMIN_CLIENT_ID"]),
                "client_secret": "env:ENTRA_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "entra", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer to a creation is unknown, and the list shows its label`()
        async throws
    {
        let client = try await practice.client("entra")
        let server = try await entra(client)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: ".*/addPassword")
            let error = await adapterError { _ = try await server.create(nil, label: "l-\(kind)") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            let ours = listed.first { $0.label == "l-\(kind)" }
            #expect((ours != nil) == isMade, "\(kind)")
            if let ours { try await server.delete(ours.id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a rate limit says for how long, in parts of a second`() async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client)
        try await practice.fault("rate_limit", method: "POST", path: ".*/addPassword")
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .unavailable(retryAfter: .seconds(2)))
    }

    @Test func `the secret that must stay is never removed`() async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "entra-survivor-not-listed")
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a secret that begins otherwise is somebody else's`() async throws {
        let client = try await practice.client("entra")
        let server = try await entra(client)
        let stranger = KnownSecrets(old: ClientSecret("another-secret-altogether"))
        #expect(try await server.credentials(knowing: stranger).map(\.isOther) == [true])
        let own = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: own).map(\.isOther) == [false])
        #expect(try await server.credentials(knowing: KnownSecrets()).map(\.isOther) == [false])
    }

    @Test func `a life that is over before the next rotation is a problem`() async throws {
        let client = try await practice.client("entra")
        let settings: [String: SettingValue] = [
            "url": .text(practice["ENTRA_URL"]), "authority": .text(practice["ENTRA_AUTHORITY"]),
            "tenant": .text(practice["ENTRA_TENANT"]), "lifetime": "90d",
            "admin": .group([
                "client_id": .text(practice["ENTRA_ADMIN_CLIENT_ID"]),
                "client_secret": "env:ENTRA_ADMIN_CLIENT_SECRET",
            ]),
        ]
        for (days, codes) in [(30, []), (90, ["entra-lifetime-too-short"])] {
            let server = try await practice.registry().server(
                of: Plan(
                    client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                    server: .of("entra", settings), stores: [],
                    schedule: Schedule(every: .hours(Int64(days) * 24))))
            #expect(try await server.preflight(overlap: .hours(1)).map(\.code) == codes)
        }
    }

    @Test func `the wrong tenant, admin and application are told apart`() async throws {
        let client = try await practice.client("entra")
        let elsewhere = try await entra(client, ["tenant": "somewhere-else"])
        #expect(await adapterError { _ = try await elsewhere.identity() } != nil)
        let admin: SettingValue = .group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let plain = client.secret.withPlaintext { $0 }
        let intruder = try await entra(client, ["admin": admin], ["OWN": plain])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        #expect(denied?.message.contains("Insufficient privileges") == true)
        let stranger = try await entra((id: "nobody", secret: client.secret))
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["entra-not-found"])
    }

    @Test func `while nodes disagree, both answers are given and neither is an error`() async throws
    {
        let client = try await practice.client("entra")
        let server = try await entra(client)
        try await practice.control(
            "PUT", "settings", #"{"propagation_ms":600000,"propagation_flaps":true}"#)
        let made = try await server.create(nil, label: "l")
        let secret = try #require(made.secret)
        var answers: Set<Bool> = []
        for _ in 0..<64 {
            let answer = try await server.authenticate(with: secret, connection: .kept)
            answers.insert(answer == .accepted)
        }
        #expect(answers == [true, false])
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":600000}"#)
        for _ in 0..<16 {
            #expect(try await server.authenticate(with: secret, connection: .kept) == .accepted)
        }
        try await practice.control(
            "PUT", "settings",
            #"{"propagation_ms":0,"propagation_flaps":false,"clock_offset_ms":0}"#)
    }
}
