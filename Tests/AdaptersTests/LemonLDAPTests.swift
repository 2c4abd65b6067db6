import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct LemonLDAPTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func lemonLDAP(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["LEMONLDAP_URL"]), "issuer": .text(practice["LEMONLDAP_URL"]),
            "propagation": "30s",
        ]
        return try await practice.server("lemonldap", standard.merging(more) { $1 }, client.id)
    }

    private func set(_ settings: String) async throws {
        try await practice.control("PUT", "settings", settings)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("lemonldap")
        let server = try await lemonLDAP(
            client, ["token_endpoint_auth_method": .text(method), "propagation": "2s"])
        #expect(server.capabilities.propagation == .seconds(2))
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `the manager knows at once what the portal learns late`() async throws {
        let client = try await practice.client("lemonldap")
        let server = try await lemonLDAP(client, ["propagation": "11m"])
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["lemonldap-short-window"])
        try await set(#"{"propagation_ms":600000}"#)
        let new = Practice.secret()
        _ = try await server.create(new, label: "l")
        let known = KnownSecrets(old: client.secret, new: new)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.new])
        #expect(try await accepts(server, client.secret))
        #expect(try await !accepts(server, new))
        try await set(#"{"propagation_ms":0}"#)
    }

    @Test func `an answer that says stored while nothing is stored leaves doubt`() async throws {
        let client = try await practice.client("lemonldap")
        let server = try await lemonLDAP(client)
        try await set(#"{"lemonldap_is_locked":true}"#)
        let error = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(error?.kind == .unknown && error?.code == "lemonldap-not-stored")
        try await set(#"{"lemonldap_is_locked":false}"#)
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `after a lost answer the secret tells whether it is in force`() async throws {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("lemonldap")
            let server = try await lemonLDAP(client)
            let new = Practice.secret()
            try await practice.fault(kind, method: "PATCH", path: "/lemonldap/.*")
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [isMade ? .new : .old], "\(kind)")
        }
    }

    @Test func `somebody else's secret is told from ours, and the way back is to put ours back`()
        async throws
    {
        let client = try await practice.client("lemonldap")
        let server = try await lemonLDAP(client)
        _ = try await server.create(Practice.secret(), label: "l")
        let known = KnownSecrets(old: client.secret, new: Practice.secret())
        let listed = try await server.credentials(knowing: known)
        #expect(listed.map(\.isOther) == [true] && listed.first?.holds == nil)
        let id = try #require(listed.first?.id)
        try await server.delete(id, keeping: client.secret)
        #expect(try await accepts(server, client.secret))
    }

    @Test func `a party that is public, or may not ask for tokens, is a problem`() async throws {
        let client = try await practice.client("lemonldap", #","internal_id":"by-another-name""#)
        let server = try await lemonLDAP(client)
        let response = try await practice.http.send(
            HTTPRequest(
                method: "PATCH",
                url: "\(practice["LEMONLDAP_URL"])/api/v1/providers/oidc/rp/by-another-name",
                body: Array(
                    #"{"options":{"public":"1","allowClientCredentialsGrant":"0"}}"#.utf8)))
        #expect(response.status == 204)
        let found = try await server.preflight(overlap: .hours(1))
        #expect(
            found.map(\.code) == ["lemonldap-public-client", "lemonldap-no-client-credentials"])
        let error = await adapterError {
            _ = try await server.authenticate(with: client.secret, connection: .fresh)
        }
        #expect(error?.code == "lemonldap-token-request-refused")
    }

    @Test func `what isn't there is told, in the server's own words`() async throws {
        let client = try await practice.client("lemonldap")
        let stranger = try await lemonLDAP((id: "nobody", secret: client.secret))
        let missing = await adapterError {
            _ = try await stranger.create(Practice.secret(), label: "l")
        }
        #expect(missing?.kind == .missing)
        #expect(missing?.message.contains("clientId 'nobody' not found") == true)
        let found = try await stranger.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["lemonldap-not-found"])
    }

    @Test func `a proxy in front is told who calls`() async throws {
        let http = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await http.send(request) }
        let registry = AdapterRegistry(
            http: recorder, environment: ["P": "päss", "T": "token-of-a-test"]
        ) { Instant(milliseconds: 0) }
        let client = try await practice.client("lemonldap")
        for (admin, expected) in [
            (["user": "ann", "password": "env:P"], "Basic YW5uOnDDpHNz"),
            (["token": "env:T"], "Bearer token-of-a-test"),
        ] as [([String: SettingValue], String)] {
            let settings: [String: SettingValue] = [
                "url": .text(practice["LEMONLDAP_URL"]),
                "issuer": .text(practice["LEMONLDAP_URL"]), "admin": .group(admin),
            ]
            let server = try await registry.server(
                of: Plan(
                    client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                    server: .of("lemonldap", settings), stores: []))
            _ = try await server.credentials(knowing: KnownSecrets())
            #expect(recorder.exchanges.last?.request.headers["Authorization"] == expected)
        }
        for admin in [["user": "ann"], [:], ["user": "a", "token": "env:T"]]
            as [[String: SettingValue]]
        {
            let error = await adapterError {
                _ = try await lemonLDAP(client, ["admin": .group(admin)])
            }
            #expect(error?.code == "lemonldap-setting-invalid")
        }
    }
}
