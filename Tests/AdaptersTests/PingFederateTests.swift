import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct PingFederateTests {
    private let practice: Practice
    private static let older = CredentialID(rawValue: "older")
    private static let newer = CredentialID(rawValue: "newer")

    init() throws { practice = try #require(Practice.current) }

    private var standard: [String: SettingValue] {
        [
            "url": .text(practice["PINGFEDERATE_URL"]),
            "issuer": .text(practice["PINGFEDERATE_ISSUER"]),
            "admin": .group([
                "user": .text(practice["PINGFEDERATE_ADMIN_USER"]),
                "password": "env:PINGFEDERATE_ADMIN_PASSWORD",
            ]),
        ]
    }

    private func pingFederate(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        try await practice.server(
            "pingfederate", standard.merging(more) { $1 }, client.id, environment)
    }

    private func set(_ settings: String) async throws {
        try await practice.control("PUT", "settings", settings)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    /// The server of `client` behind a network that does something to requests.
    private func server(
        of client: (id: String, secret: ClientSecret), through http: any HTTPClient
    ) async throws -> any AuthorizationServer {
        let registry = AdapterRegistry(http: http, environment: practice.values) {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        return try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                server: .of("pingfederate", standard), stores: []))
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"], [0, 60_000])
    func `the adapter keeps the contract`(method: String, retention: Int) async throws {
        try await set(#"{"pingfederate_retention_ms":\#(retention)}"#)
        let client = try await practice.client("pingfederate")
        let server = try await pingFederate(
            client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
        try await set(#"{"pingfederate_retention_ms":0}"#)
    }

    @Test func `a client with the right role administers as well`() async throws {
        let client = try await practice.client("pingfederate")
        let admin = SettingValue.group([
            "client_id": .text(practice["PINGFEDERATE_ADMIN_USER"]),
            "client_secret": "env:PINGFEDERATE_ADMIN_PASSWORD",
        ])
        let server = try await pingFederate(client, ["admin": admin])
        let made = try await server.create(Practice.secret(), label: "l")
        try await server.delete(made.id, keeping: client.secret)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `after a lost answer to a creation, the new secret tells what it came to`()
        async throws
    {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("pingfederate")
            let server = try await pingFederate(client)
            try await practice.fault(kind, method: "PUT", path: ".*/clientSecret")
            let new = Practice.secret()
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == (isMade ? [.old, .new] : [.old]), "\(kind)")
            #expect(listed.map { $0.expiresAt != nil } == (isMade ? [false, true] : [false]))
        }
    }

    @Test func `the new secret ends until it takes the old one's place, and then no more`()
        async throws
    {
        let client = try await practice.client("pingfederate")
        let server = try await pingFederate(client, ["lifetime": "2h"])
        let new = Practice.secret()
        _ = try await server.create(new, label: "l")
        try await set(#"{"clock_offset_ms":7300000}"#)
        #expect(try await !accepts(server, new))
        #expect(try await accepts(server, client.secret))
        try await set(#"{"clock_offset_ms":0}"#)
        try await server.delete(Self.older, keeping: new)
        try await set(#"{"clock_offset_ms":7300000}"#)
        #expect(try await accepts(server, new))
        try await set(#"{"clock_offset_ms":0}"#)
        let listed = try await server.credentials(knowing: KnownSecrets(new: new))
        #expect(listed.map(\.expiresAt) == [nil])
    }

    @Test func `a secondary secret of somebody else's is in the way and stays`() async throws {
        let client = try await practice.client("pingfederate")
        let server = try await pingFederate(client)
        let theirs = Practice.secret()
        _ = try await server.create(theirs, label: "l")
        let full = await adapterError { _ = try await server.create(Practice.secret(), label: "l") }
        #expect(full?.kind == .limitReached && full?.code == "pingfederate-slot-occupied")
        let known = KnownSecrets(old: client.secret, new: Practice.secret())
        let listed = try await server.credentials(knowing: known)
        #expect(listed.map(\.holds) == [.old, nil])
        #expect(listed.map(\.id.rawValue) == ["older", "other-1"])
        let findings = try await server.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["pingfederate-slot-occupied"])
        #expect(try await accepts(server, theirs))
    }

    @Test func `nothing is dropped while the survivor is refused`() async throws {
        let client = try await practice.client("pingfederate")
        let server = try await pingFederate(client)
        _ = try await server.create(Practice.secret(), label: "l")
        for id in [Self.older, Self.newer] {
            let error = await adapterError {
                try await server.delete(id, keeping: Practice.secret())
            }
            #expect(error?.kind == .conflict && error?.code == "pingfederate-survivor-refused")
        }
        let stranger = CredentialID(rawValue: "first")
        let nowhere = await adapterError {
            try await server.delete(stranger, keeping: client.secret)
        }
        #expect(nowhere?.code == "pingfederate-no-such-place")
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    /// Writes the secrets of `client` from an older look, right behind the first write of others.
    private final class Overwriting: HTTPClient {
        private let http: CurlClient
        private let body: [UInt8]

        init(_ http: CurlClient, _ secret: ClientSecret) {
            self.http = http
            body = secret.withPlaintext { #"{"secret":"\#($0)","secondarySecrets":[]}"# }
                .utf8.map { $0 }
        }

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            let response = try await http.send(request)
            guard request.method == "PUT" else { return response }
            var again = request
            again.body = body
            _ = try await http.send(again)
            return response
        }
    }

    @Test func `a creation that somebody wrote over is in doubt`() async throws {
        let client = try await practice.client("pingfederate")
        let server = try await server(
            of: client, through: Overwriting(practice.http, client.secret))
        let error = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(error?.kind == .unknown && error?.code == "pingfederate-overwritten")
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `what was written is in doubt where nobody can look behind it`() async throws {
        let client = try await practice.client("pingfederate")
        let new = Practice.secret()
        let blind = try await server(of: client, through: BlindAfterChange(practice.http))
        let made = await adapterError { _ = try await blind.create(new, label: "l") }
        #expect(made?.kind == .unknown)
        let again = try await server(of: client, through: BlindAfterChange(practice.http))
        let dropped = await adapterError { try await again.delete(Self.older, keeping: new) }
        #expect(dropped?.kind == .unknown)
        let server = try await pingFederate(client)
        #expect(try await !accepts(server, client.secret))
        #expect(try await accepts(server, new))
    }

    @Test func `the wrong issuer, admin and client are told apart`() async throws {
        let client = try await practice.client("pingfederate")
        let other = try await pingFederate(
            client, ["token_endpoint": .text("\(practice["PINGFEDERATE_ISSUER"])/token")])
        let identity = await adapterError { _ = try await other.identity() }
        #expect(identity?.code == "pingfederate-other-token-endpoint")
        let intruder = try await pingFederate(
            client, ["admin": .group(["user": "nobody", "password": "env:WRONG"])],
            ["WRONG": "nothing"])
        let denied = await adapterError {
            _ = try await intruder.create(Practice.secret(), label: "l")
        }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await pingFederate((id: "nobody", secret: client.secret))
        let lost = await adapterError { _ = try await stranger.identity() }
        #expect(lost?.kind == .missing)
        let brief = try await pingFederate(client, ["lifetime": "1h"])
        let findings = try await brief.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["pingfederate-lifetime-too-short"])
    }

    @Test func `a version without secondary secrets, and a client without a secret, are found`()
        async throws
    {
        let client =
            #"{"clientId":"billing","enabled":false,"grantTypes":["IMPLICIT"],"#
            + #""clientAuth":{"type":"NONE"},"replicationStatus":"NOT_REPLICATED"}"#
        let http = Recorder { request throws(HTTPFailure) in
            let body = request.url.hasSuffix("/clientSecret") ? #"{"encryptedSecret":"x"}"# : client
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        }
        let server = try await server(of: (id: "billing", secret: Practice.secret()), through: http)
        let codes = try await server.preflight(overlap: .hours(1)).map(\.code)
        #expect(
            codes
                == [
                    "disabled", "other-authentication", "no-client-credentials", "not-replicated",
                    "too-old",
                ].map { "pingfederate-\($0)" })
        #expect(
            http.exchanges.allSatisfy {
                $0.request.headers["X-XSRF-Header"] == "PingFederate"
            })
    }
}
