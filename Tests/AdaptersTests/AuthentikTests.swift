import AdapterContracts
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct AuthentikTests {
    private let practice: Practice
    private let id = CredentialID(rawValue: "secret")

    init() throws { practice = try #require(Practice.current) }

    private func authentik(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["AUTHENTIK_URL"]),
            "admin": .group(["token": "env:AUTHENTIK_TOKEN"]),
        ]
        return try await practice.server("authentik", standard.merging(more) { $1 }, client.id)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("authentik")
        let server = try await authentik(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer is unknown, and the value tells whether it happened`() async throws {
        for (kind, isSet) in [
            ("lost_answer", true), ("error_after_effect", true), ("html", false),
            ("error_before_effect", false),
        ] {
            let client = try await practice.client("authentik")
            let server = try await authentik(client)
            let new = Practice.secret()
            try await practice.fault(kind, method: "PATCH", path: ".*/oauth2/.*")
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [isSet ? .new : .old], "\(kind)")
        }
    }

    @Test func `a way back whose answer was lost is finished by the next one`() async throws {
        let client = try await practice.client("authentik")
        let server = try await authentik(client)
        _ = try await server.create(Practice.secret(), label: "l")
        try await practice.fault("lost_answer", method: "PATCH", path: ".*/oauth2/.*")
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.kind == .unknown)
        try await server.delete(id, keeping: client.secret)
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `a secret that a policy denies is no dead one`() async throws {
        let client = try await practice.client("authentik", #","grants":["denied"]"#)
        let server = try await authentik(client)
        let error = await adapterError {
            _ = try await server.authenticate(with: client.secret, connection: .fresh)
        }
        #expect(error?.kind == .refused && error?.code == "authentik-access-denied")
        let dead = try await server.authenticate(with: Practice.secret(), connection: .fresh)
        #expect(dead == .refused(code: "invalid_grant"))
        let stranger = try await authentik((id: "nobody", secret: client.secret))
        let unknown = try await stranger.authenticate(with: client.secret, connection: .fresh)
        #expect(unknown == .refused(code: "invalid_client"))
    }

    @Test func `preflight names what would keep a rotation from working`() async throws {
        for (grant, code) in [
            ("public", "authentik-not-confidential"), ("unassigned", "authentik-no-application"),
        ] {
            let client = try await practice.client("authentik", #","grants":["\#(grant)"]"#)
            let found = try await authentik(client).preflight(overlap: .hours(1))
            #expect(found.map(\.code) == [code])
        }
        let client = try await practice.client("authentik")
        let stranger = try await authentik((id: "nobody", secret: client.secret))
        let missing = try await stranger.preflight(overlap: .hours(1))
        #expect(missing.map(\.code) == ["authentik-provider-missing"])
        for token in ["AUTHENTIK_USER_TOKEN", "PRACTICE_KEY"] {
            let server = try await authentik(
                client, ["admin": .group(["token": .text("env:\(token)")])])
            let denied = await adapterError {
                _ = try await server.create(Practice.secret(), label: "l")
            }
            #expect(denied?.kind == .unauthorized && denied?.code == "authentik-forbidden")
        }
    }

    @Test func `a value that is too long is refused with authentik's reason`() async throws {
        let client = try await practice.client("authentik")
        let server = try await authentik(client)
        let long = ClientSecret(String(repeating: "x", count: 256))
        let error = await adapterError { _ = try await server.create(long, label: "l") }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("no more than 255 characters") == true)
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `an application's issuer names it, and the instance's does too`() async throws {
        let client = try await practice.client("authentik")
        let name = try await authentik(client).identity().rawValue
        #expect(name.hasPrefix("authentik:\(practice["AUTHENTIK_URL"])#"))
        let unassigned = try await practice.client("authentik", #","grants":["unassigned"]"#)
        let error = await adapterError { _ = try await authentik(unassigned).identity() }
        #expect(error?.code == "authentik-no-application")
    }
}
