import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct KeycloakTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    /// Without its events, which ``KeycloakEventTests`` read.
    private func keycloak(_ client: String, _ more: [String: SettingValue] = [:]) async throws
        -> any AuthorizationServer
    {
        let standard: [String: SettingValue] = [
            "url": .text(practice["PRACTICE_URL"]), "realm": "practice", "login_events": "false",
            "admin": .group([
                "client_id": .text(practice["KEYCLOAK_ADMIN_CLIENT_ID"]),
                "client_secret": "env:KEYCLOAK_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server("keycloak", standard.merging(more) { $1 }, client)
    }

    /// Sets the realm's policy; nil: none.
    ///
    /// Without it Keycloak replaces secrets at once.
    private func policy(rotated: Int?) async throws {
        let profiles = rotated.map {
            #"{"name":"rotate","executors":[{"executor":"secret-rotation","configuration":"#
                + #"{"expiration-period":864000,"rotated-expiration-period":\#($0),"#
                + #""remaining-rotation-period":0}}]}"#
        }
        let policies = rotated.map { _ in
            #"{"name":"rotate","enabled":true,"profiles":["rotate"],"conditions":[{"condition":"#
                + #""client-access-type","configuration":{"type":["confidential"]}}]}"#
        }
        try await put("policies", #"{"policies":[]}"#)
        try await put("profiles", #"{"profiles":[\#(profiles ?? "")]}"#)
        try await put("policies", #"{"policies":[\#(policies ?? "")]}"#)
    }

    private func put(_ what: String, _ json: String) async throws {
        _ = try await admin().expect(
            [200, 204], "PUT", "/admin/realms/practice/client-policies/\(what)",
            body: Array(json.utf8), .repeatable)
    }

    private func admin() async throws -> AdminAPI {
        try #require(try await keycloak("any") as? Keycloak).api.admin
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        try await policy(rotated: 86_400)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer to a creation is unknown, and the slots tell that it happened`()
        async throws
    {
        try await policy(rotated: 86_400)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("keycloak")
            let server = try await keycloak(client.id)
            try await practice.fault(
                kind, method: "POST", path: "/admin/realms/practice/clients/.*/client-secret")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.holds) == (isMade ? [nil, .old] : [.old]), "\(kind)")
            let shown = try #require(listed.first?.secret)
            let result = try await server.authenticate(with: shown, connection: .fresh)
            #expect(result == .accepted)
        }
    }

    @Test func `without a policy nothing is rotated, and a cut is mended at once`() async throws {
        try await policy(rotated: nil)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["keycloak-no-rotation-policy"])
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.code == "keycloak-no-overlap")
        let result = try await server.authenticate(with: client.secret, connection: .fresh)
        #expect(result == .accepted)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `somebody else's rotation in between is noticed and the old secret put back`()
        async throws
    {
        try await policy(rotated: 86_400)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        try await practice.control("PUT", "settings", #"{"foreign_before_create":1}"#)
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.code == "keycloak-no-overlap")
        let result = try await server.authenticate(with: client.secret, connection: .fresh)
        #expect(result == .accepted)
    }

    @Test func `a policy that is too short for the overlap is a problem`() async throws {
        try await policy(rotated: 3_600)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        #expect(try await server.preflight(overlap: .hours(1)) == [])
        #expect(
            try await server.preflight(overlap: .hours(2)).map(\.code)
                == ["keycloak-overlap-too-long"])
    }

    @Test func `an occupied slot is a problem, and nothing is pushed out of it`() async throws {
        try await policy(rotated: 86_400)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        _ = try await server.create(nil, label: "l")
        #expect(
            try await server.preflight(overlap: .hours(1)).map(\.code) == ["keycloak-slot-occupied"]
        )
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .limitReached)
        let result = try await server.authenticate(with: client.secret, connection: .fresh)
        #expect(result == .accepted)
    }

    @Test func `the rotated secret stays while the survivor is not in force`() async throws {
        try await policy(rotated: 86_400)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        _ = try await server.create(nil, label: "l")
        let error = await adapterError {
            try await server.delete(CredentialID(rawValue: "rotated"), keeping: client.secret)
        }
        #expect(error?.kind == .conflict)
        let result = try await server.authenticate(with: client.secret, connection: .fresh)
        #expect(result == .accepted)
    }

    @Test func `the old secret is accepted at every instant of a withdrawal`() async throws {
        try await policy(rotated: 86_400)
        let client = try await practice.client("keycloak")
        let server = try await keycloak(client.id)
        _ = try await server.create(nil, label: "l")
        let answers = try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await server.delete(CredentialID(rawValue: "current"), keeping: client.secret)
            }
            var answers: [AuthenticationResult] = []
            for _ in 0..<40 {
                answers.append(
                    try await server.authenticate(with: client.secret, connection: .kept))
            }
            try await group.waitForAll()
            return answers
        }
        #expect(answers.allSatisfy { $0 == .accepted })
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a withdrawal whose answer was lost is finished by the next one`() async throws {
        try await policy(rotated: 86_400)
        for method in ["PUT", "DELETE"] {
            let client = try await practice.client("keycloak")
            let server = try await keycloak(client.id)
            _ = try await server.create(nil, label: "l")
            try await practice.fault(
                "lost_answer", method: method, path: "/admin/realms/practice/clients/.*")
            let current = CredentialID(rawValue: "current")
            let error = await adapterError {
                try await server.delete(current, keeping: client.secret)
            }
            #expect(error?.kind == .unknown)
            try await server.delete(current, keeping: client.secret)
            let left = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(left.map(\.holds) == [.old])
        }
    }

    @Test func `an unknown client and a wrong issuer are told apart`() async throws {
        let stranger = try await keycloak("nobody")
        #expect(await adapterError { _ = try await stranger.identity() }?.kind == .missing)
        let client = try await practice.client("keycloak")
        let other = try await keycloak(
            client.id, ["issuer": .text("\(practice["PRACTICE_URL"])/oauth2/default")])
        let error = await adapterError { _ = try await other.identity() }
        #expect(error?.kind == .wrongTarget)
    }

    @Test func `a representation is put back without what must not come back`() throws {
        let shown =
            #"{"id":"u","secret":"**********","n":1.50,"attributes":{"a":"b","#
            + #""client.secret.rotated":"old","client.secret.rotated.expiration.time":"1"},"#
            + #""access":{"x":true}}"#
        let body = try KeycloakRepresentation(Array(shown.utf8)).with(secret: "q\"uote")
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"id":"u","n":1.50,"attributes":{"a":"b"},"access":{"x":true},"#
                + #""secret":"q\"uote"}"#
        )
    }
}
