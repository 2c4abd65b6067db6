import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct OktaAPIServiceTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func okta(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let report = try await practice.control("GET", "clients/\(client.id)")
        let id = try #require(try report.node(at: ["internal_id"])?.text)
        let standard: [String: SettingValue] = [
            "url": .text(practice["OKTA_API_SERVICE_URL"]), "scope": "read",
            "app_id": .text(id), "admin": .group(["token": "env:OKTA_API_TOKEN"]),
        ]
        return try await practice.server(
            "okta-api-service", standard.merging(more) { $1 }, client.id, environment)
    }

    private func client() async throws -> (id: String, secret: ClientSecret) {
        try await practice.client("okta-api-service")
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client(
            "okta-api-service", #","auth_method":"\#(method)""#)
        let server = try await okta(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `after a lost answer the list tells that something is new, and it can be deleted`()
        async throws
    {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await client()
            let server = try await okta(client)
            try await practice.fault(kind, method: "POST", path: ".*/secrets")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(
                knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.holds) == (isMade ? [.old, nil] : [.old]), "\(kind)")
            #expect(listed.allSatisfy { $0.secret == nil }, "no list shows a value")
            if isMade { try await server.delete(listed[1].id, keeping: client.secret) }
            #expect(try await practice.liveSecrets(client.id) == 1)
        }
    }

    @Test func `a refusal is a limit where the list is full, and no other is`() async throws {
        let client = try await client()
        let server = try await okta(client)
        try await practice.fault("limit", method: "POST", path: ".*/secrets")
        let refused = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(refused?.kind == .refused)
        _ = try await server.create(nil, label: "l")
        let full = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(full?.kind == .limitReached && full?.code == "okta-api-service-limit-reached")
        let codes = try await server.preflight(overlap: .hours(1)).map(\.code)
        #expect(codes == ["not-exclusive", "limit-reached"].map { "okta-api-service-\($0)" })
        let own = await adapterError { _ = try await server.create(Practice.secret(), label: "l") }
        #expect(own?.code == "okta-api-service-own-secret")
    }

    @Test func `a creation whose answer doesn't show the secret is in doubt`() async throws {
        let hash = OktaSecret.hash(of: ClientSecret("the-secret"))
        for shown in [
            #""client_secret":"***cret","#, "", #""client_secret":"","#,
        ] {
            let http = OneAnswer(
                201, #"{"id":"ocs1","status":"ACTIVE",\#(shown)"secret_hash":"\#(hash)"}"#)
            let registry = AdapterRegistry(http: http, environment: ["T": "token"]) {
                Instant(milliseconds: 0)
            }
            let settings: [String: SettingValue] = [
                "url": "https://a.example", "scope": "read",
                "admin": .group(["token": "env:T"]),
            ]
            let server = try await registry.server(
                of: Plan(
                    client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "0oa1"),
                    server: .of("okta-api-service", settings), stores: []))
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(shown)")
            #expect(http.methods == ["POST"], "a creation is sent once")
        }
    }

    @Test func `the wrong admin and integration are told apart`() async throws {
        let client = try await client()
        let intruder = try await okta(
            client, ["admin": .group(["token": "env:WRONG"])], ["WRONG": "nobody"])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await okta(client, ["app_id": "0oaNothing"])
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code).last == "okta-api-service-not-found")
    }
}
