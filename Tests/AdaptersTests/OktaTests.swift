import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct OktaTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func okta(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let report = try await practice.control("GET", "clients/\(client.id)")
        let appID = try #require(try report.node(at: ["internal_id"])?.text)
        let standard: [String: SettingValue] = [
            "url": .text(practice["PRACTICE_URL"]), "issuer": .text(practice["OKTA_ISSUER"]),
            "app_id": .text(appID), "admin": .group(["token": "env:OKTA_API_TOKEN"]),
        ]
        return try await practice.server(
            "okta", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("okta", #","auth_method":"\#(method)""#)
        let server = try await okta(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a service app with a private key administers as well`() async throws {
        let key = try OpenSSLKeyPair("EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        let literal = String(decoding: JSONDocument.literal(key.publicKey), as: UTF8.self)
        let admin = "admin-\(UUID().uuidString)"
        let scopes = #"["okta.apps.manage","okta.apps.read"]"#
        try await practice.control(
            "POST", "clients",
            #"{"dialect":"okta","client_id":"\#(admin)","auth_method":"private_key_jwt","#
                + #""public_key":\#(literal),"scopes":\#(scopes),"grants":\#(scopes)}"#
        )
        let client = try await practice.client("okta")
        let server = try await okta(
            client,
            ["admin": .group(["client_id": .text(admin), "private_key": "env:ADMIN_KEY"])],
            ["ADMIN_KEY": key.privateKey])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
    }

    @Test func `a busy client's log is read, though its events are large`() async throws {
        let client = try await practice.client("okta")
        let server = try await okta(client)
        let count = 450
        for _ in 0..<count {
            #expect(
                try await server.authenticate(with: client.secret, connection: .kept) == .accepted)
        }
        let told = try #require(
            try await server.presentations(since: Instant(milliseconds: 1_000_000)))
        #expect(told.events.count == count && !told.isTruncated)
    }

    @Test func `a lost answer to a creation is unknown, and the list tells that it happened`()
        async throws
    {
        let client = try await practice.client("okta")
        let server = try await okta(client)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: "/api/v1/apps/.*/secrets")
            let new = Practice.secret()
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(new: new))
            let ours = listed.first { $0.holds == .new }
            #expect((ours != nil) == isMade, "\(kind)")
            if let ours { try await server.delete(ours.id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a rate limit proves that nothing happened and says how long to wait`()
        async throws
    {
        let client = try await practice.client("okta")
        let server = try await okta(client)
        try await practice.fault("rate_limit", method: "POST", path: "/api/v1/apps/.*/secrets")
        let error = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        guard case .unavailable(let wait?)? = error?.kind else {
            Issue.record("not unavailable with a time but \(String(describing: error))")
            return
        }
        #expect(wait >= .seconds(1) && wait <= .hours(1))
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a page of HTML is no answer`() async throws {
        let client = try await practice.client("okta")
        let server = try await okta(client)
        try await practice.fault("html", method: "POST", path: "/oauth2/default/v1/token")
        let error = await adapterError {
            _ = try await server.authenticate(with: client.secret, connection: .kept)
        }
        #expect(error?.kind == .unknown)
        #expect(error?.code == "okta-token-malformed")
    }

    @Test func `a scope that the client hasn't got says nothing about its secret`() async throws {
        let client = try await practice.client("okta")
        let server = try await okta(client, ["scope": "nonsense"])
        let error = await adapterError {
            _ = try await server.authenticate(with: client.secret, connection: .kept)
        }
        #expect(error?.code == "okta-token-request-refused")
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        let client = try await practice.client("okta")
        let server = try await okta(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "okta-survivor-not-active")
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `the wrong issuer, admin and app are told apart`() async throws {
        let client = try await practice.client("okta")
        let other = try await okta(
            client,
            [
                "issuer": .text(practice["PRACTICE_URL"]),
                "token_endpoint": .text(practice["OKTA_TOKEN_URL"]),
            ])
        let identity = await adapterError { _ = try await other.identity() }
        #expect(identity?.kind == .wrongTarget)
        #expect(identity?.code == "okta-other-token-endpoint")
        let intruder = try await okta(
            client, ["admin": .group(["token": "env:WRONG"])], ["WRONG": "nobody"])
        let denied = await adapterError {
            _ = try await intruder.create(Practice.secret(), label: "l")
        }
        #expect(denied?.kind == .unauthorized)
        #expect(denied?.message.contains("E0000011") == true)
        let stranger = try await okta(client, ["app_id": "0oaNothing"])
        #expect(try await stranger.preflight(overlap: .hours(1)).map(\.code) == ["okta-not-found"])
    }

    @Test func `preflight names a client with two secrets and another method`() async throws {
        let client = try await practice.client("okta")
        let server = try await okta(client, ["token_endpoint_auth_method": "client_secret_post"])
        _ = try await server.create(Practice.secret(), label: "l")
        #expect(
            try await server.preflight(overlap: .hours(1)).map(\.code) == [
                "okta-other-auth-method", "okta-limit-reached",
            ])
    }

    @Test(arguments: [
        ("3ZIqRCzmjcdNPK2Y29x1qSkI5NRHji_eGIm4aKtI", "jMur1qOhMw_MtC9aQo7YEg"),
        ("D0HxBn1FtTXeYC4cSBwWL_sPMztMT2t6Ei9n1QjO", "tI4z6TbSw5YYd8RtcClaEw"),
        ("7U_MTFeIoRVHtPTcb4MY0gESLLisXfNRbbob1Quo", "cfQjsGNDYEn5e3rqJME_jQ"),
        ("DRUFXGF9XbLnS9k-Sla3x3POBiIxDreBCdZuFs5B", "FpCwXwSjTRQNtEI11I00-g"),
    ])
    func `secrets are recognised by the hashes that Okta's documentation prints`(
        secret: String, hash: String
    ) {
        #expect(OktaSecret.hash(of: ClientSecret(secret)) == hash)
    }
}
