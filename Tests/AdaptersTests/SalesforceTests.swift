import AdapterContracts
import ClientCredentials
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// The adapter by itself: no plan can name it before rotations hand out client ids.
@Suite(.practice, .serialized) struct SalesforceTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func salesforce(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> Salesforce {
        let report = try await practice.control(
            "GET", "clients/\(client.id)?dialect=salesforce")
        let app = try #require(try report.node(at: ["internal_id"])?.text)
        let standard: [String: SettingValue] = [
            "url": .text(practice["SALESFORCE_URL"]), "app_id": .text(app),
            "admin": .group([
                "client_id": .text(practice["SALESFORCE_ADMIN_CLIENT_ID"]),
                "client_secret": "env:SALESFORCE_ADMIN_CLIENT_SECRET",
            ]),
        ]
        let http = practice.http
        let resolver = SecretResolver(
            environment: practice.values.merging(environment) { $1 }, http: http)
        let now: @Sendable () -> Instant = {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        let parts = ServerParts(
            http: http, resolver: resolver, tokens: TokenClient(http: http),
            roles: AWSRoles(http: http, resolver: resolver, now: now), now: now)
        return try await Salesforce(
            Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                server: .of("salesforce", standard.merging(more) { $1 }), stores: []), parts)
    }

    private func accepts(_ server: Salesforce, _ secret: ClientSecret) async throws -> Bool {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("salesforce")
        let server = try await salesforce(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
    }

    @Test func `each secret has a key of its own, which is its id`() async throws {
        let client = try await practice.client("salesforce")
        let server = try await salesforce(client)
        let made = try await server.create(nil, label: "l")
        let listed = try await server.credentials(
            knowing: KnownSecrets(old: client.secret, new: made.secret))
        #expect(listed.map(\.id.rawValue) == [client.id, made.id.rawValue])
        #expect(listed.map(\.holds) == [.old, .new])
        #expect(listed.map { $0.expiresAt != nil } == [false, true])
        let secret = try #require(made.secret)
        let right = server.probe.with(clientID: made.id.rawValue)
        #expect(try await right.authenticate(with: secret, connection: .fresh) == .accepted)
        let wrong = try await server.probe.authenticate(with: secret, connection: .fresh)
        #expect(wrong == .refused(code: "invalid_client"))
    }

    @Test func `after a lost answer the list shows what was made`() async throws {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("salesforce")
            let server = try await salesforce(client)
            try await practice.fault(kind, method: "POST", path: ".*/staged")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.isOther) == (isMade ? [false, true] : [false]), "\(kind)")
            guard isMade else { continue }
            #expect(try await accepts(server, try #require(listed.last?.secret)))
        }
    }

    @Test(arguments: ["PATCH", "DELETE"], ["lost_answer", "error_before_effect"])
    func `a deletion that was cut is finished by the next`(method: String, kind: String)
        async throws
    {
        let client = try await practice.client("salesforce")
        let server = try await salesforce(client)
        let new = try #require(try await server.create(nil, label: "l").secret)
        let old = CredentialID(rawValue: client.id)
        try await practice.fault(kind, method: method, path: ".*/staged/.*")
        let cut = await adapterError { try await server.delete(old, keeping: new) }
        #expect(cut?.kind == .unknown)
        #expect(try await accepts(server, new))
        for _ in 1...2 { try await server.delete(old, keeping: new) }
        #expect(try await !accepts(server, client.secret))
        #expect(try await accepts(server, new))
        let left = try await server.credentials(knowing: KnownSecrets(new: new))
        #expect(left.map(\.holds) == [.new] && left.first?.expiresAt == nil)
    }

    @Test func `nothing is deleted while the survivor isn't the other one`() async throws {
        let client = try await practice.client("salesforce")
        let server = try await salesforce(client)
        let old = CredentialID(rawValue: client.id)
        let alone = await adapterError { try await server.delete(old, keeping: client.secret) }
        #expect(alone?.kind == .conflict && alone?.code == "salesforce-survivor-not-listed")
        let made = try await server.create(nil, label: "l")
        for id in [old, made.id] {
            let error = await adapterError {
                try await server.delete(id, keeping: Practice.secret())
            }
            #expect(error?.kind == .conflict)
        }
        let full = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(full?.kind == .limitReached)
        #expect(try await accepts(server, client.secret))
        #expect(try await accepts(server, try #require(made.secret)))
    }

    @Test func `a secret whose key is listed no more is tried with the plan's own key`()
        async throws
    {
        let http = Recorder { request throws(HTTPFailure) in
            let isOld = request.headers["Authorization"] == "Basic YmlsbGluZzpvbGQ="
            let (status, body) =
                switch request.url {
                case let url where url.hasSuffix("/token"):
                    isOld
                        ? (200, #"{"access_token":"t","token_type":"Bearer"}"#)
                        : (400, #"{"error":"invalid_client"}"#)
                case let url where url.hasSuffix("/staged"): (200, #"{"stagedCredentials":[]}"#)
                case let url where url.contains("?part="):
                    (200, #"{"id":"888","key":"other","secret":"new"}"#)
                default: (200, #"{"consumers":[{"id":"888","key":"other"}]}"#)
                }
            return HTTPResponse(
                status: status, headers: ["Content-Type": "application/json"],
                body: Array(body.utf8))
        }
        let login = AdminLogin(
            adapter: "salesforce", proof: .fixed(scheme: "Bearer", ClientSecret("a")), findings: [])
        let server = Salesforce(
            api: SalesforceAPI(
                admin: AdminAPI(
                    address: "https://a.example", caFile: nil, login: login, http: http,
                    words: SalesforceAPI.words),
                appID: "0x1", clientID: "billing", consumerID: nil),
            probe: TokenProbe(
                adapter: "salesforce", endpoint: TokenEndpoint(url: "https://a.example/token"),
                clientID: "billing", method: .basic, http: http,
                isRefusal: { $0 == 400 && $1 != "" }),
            issuer: "https://a.example", adminKey: "admin")
        #expect(try await accepts(server, ClientSecret("old")))
        #expect(try await !accepts(server, ClientSecret("nonsense")))
        let asked = http.exchanges.filter { $0.request.url.hasSuffix("/token") }.count
        #expect(asked == 3, "one key took the first, both refused the second")
    }

    @Test func `a deleted secret is tried with its own key, which nobody lists any more`()
        async throws
    {
        let client = try await practice.client("salesforce")
        let server = try await salesforce(client)
        let second = try await server.create(nil, label: "l")
        let value = try #require(second.secret)
        try await server.delete(CredentialID(rawValue: client.id), keeping: value)
        let third = try #require(try await server.create(nil, label: "l").secret)
        let alive = try await server.authenticate(with: value, of: second.id, connection: .fresh)
        #expect(alive == .accepted)
        try await server.delete(second.id, keeping: third)
        let dead = try await server.authenticate(with: value, of: second.id, connection: .fresh)
        #expect(dead == .refused(code: "invalid_client_id"))
        let log = try await practice.control("GET", "log?client=\(second.id.rawValue)")
        #expect(try log.node(at: ["1", "error"])?.text == "invalid_client_id")
        #expect(try log.node(at: ["2"]) == nil)
        // Where nobody knows the key, every other one has to refuse it.
        #expect(try await !accepts(server, value))
    }

    @Test func `the admin's own app, another admin and another consumer are told apart`()
        async throws
    {
        let client = try await practice.client("salesforce")
        let admin = SettingValue.group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let plain = client.secret.withPlaintext { $0 }
        let intruder = try await salesforce(client, ["admin": admin], ["OWN": plain])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        let secret = ClientSecret(practice["SALESFORCE_ADMIN_CLIENT_SECRET"])
        let own = try await salesforce((practice["SALESFORCE_ADMIN_CLIENT_ID"], secret))
        let refused = await adapterError { _ = try await own.create(nil, label: "l") }
        #expect(refused?.code == "salesforce-own-app")
        let server = try await salesforce(client)
        _ = try await server.create(nil, label: "l")
        let codes = try await server.preflight(overlap: .hours(720)).map(\.code)
        #expect(codes == ["salesforce-overlap-too-long", "salesforce-staged"])
        let other = try await salesforce(client, ["consumer_id": "888"])
        let missing = await adapterError { _ = try await other.identity() }
        #expect(missing?.code == "salesforce-consumer-missing")
    }
}
