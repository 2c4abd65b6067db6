import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Requests that a plan describes, against the practice server's Logto and Entra dialects.
@Suite(.practice, .serialized) struct HTTPServerTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    /// Logto: named by the caller, made by the server, shown again.
    private var logto: [String: SettingValue] {
        let url = practice["LOGTO_URL"]
        return [
            "url": .text(url), "token_endpoint": .text("\(url)/oidc/token"),
            "headers": .list(["X-Tenant: seven"]),
            "admin": .group([
                "client_id": .text(practice["LOGTO_ADMIN_CLIENT_ID"]),
                "client_secret": "env:LOGTO_ADMIN_CLIENT_SECRET", "scope": "all",
            ]),
            "capabilities": .group([
                "limit": "2", "origin": "server", "recognition": "label",
            ]),
            "identity": .group(["path": "/api/applications/{client_id}", "at": "/tenantId"]),
            "list": .group([
                "path": "/api/applications/{client_id}/secrets", "id": "/name",
                "label": "/name", "created_at": "/createdAt", "expires_at": "/expiresAt",
            ]),
            "create": .group([
                "path": "/api/applications/{client_id}/secrets", "body": #"{"name": "{label}"}"#,
                "id": "/name", "value": "/value", "limits": .list(["422 already in use"]),
            ]),
            "delete": .group(["path": "/api/applications/{client_id}/secrets/{id}"]),
        ]
    }

    private func server(_ client: String, _ more: [String: SettingValue] = [:]) async throws
        -> any AuthorizationServer
    {
        try await practice.server("http", logto.merging(more) { $1 }, client)
    }

    @Test func `a described server keeps the contract`() async throws {
        let id = "app-\(UUID().uuidString)"
        let made = try await practice.control(
            "POST", "clients",
            #"{"dialect":"gravitee","client_id":"\#(id)","internal_id":"\#(id)"}"#)
        let old = ClientSecret(try #require(try made.node(at: ["secret"])?.text))
        let secrets =
            "/organizations/DEFAULT/environments/DEFAULT/domains/\(practice["GRAVITEE_DOMAIN"])"
            + "/applications/{client_id}"
        let described: [String: SettingValue] = [
            "url": .text(practice["GRAVITEE_URL"]),
            "token_endpoint": .text("\(practice["GRAVITEE_GATEWAY"])/oauth/token"),
            "headers": .list(["X-Tenant: seven"]), "admin": .group(["token": "env:GRAVITEE_TOKEN"]),
            "capabilities": .group([
                "limit": "10", "origin": "server", "recognition": "label",
            ]),
            "identity": .group(["path": .text(secrets), "at": "/domain"]),
            "list": .group([
                "path": .text("\(secrets)/secrets"), "id": "/id", "label": "/name",
                "created_at": "/createdAt", "expires_at": "/expiresAt",
            ]),
            "create": .group([
                "path": .text("\(secrets)/secrets"), "body": #"{"name": "{label}"}"#, "id": "/id",
                "value": "/secret", "limits": .list(["409"]),
            ]),
            "delete": .group(["path": .text("\(secrets)/secrets/{id}")]),
        ]
        let result = await AuthorizationServerContract(
            try await practice.server("http", described, id), makeSecret: Practice.secret
        ).run(old: old)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(id) == 1)
    }

    @Test func `a lost answer to a creation is in doubt, and the list shows its label`()
        async throws
    {
        let client = try await practice.client("logto")
        let server = try await server(client.id)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: ".*/secrets")
            let error = await adapterError { _ = try await server.create(nil, label: kind) }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets())
            #expect(listed.contains { $0.label == kind } == isMade, "\(kind)")
        }
    }

    @Test func `a limit, a rate limit and a missing client are told apart`() async throws {
        let client = try await practice.client("logto")
        let server = try await server(client.id)
        _ = try await server.create(nil, label: "taken")
        let full = await adapterError { _ = try await server.create(nil, label: "taken") }
        #expect(full?.kind == .limitReached && full?.code == "http-limit-reached")
        try await practice.fault("rate_limit", method: "POST", path: ".*/secrets")
        let busy = await adapterError { _ = try await server.create(nil, label: "later") }
        guard case .unavailable = busy?.kind else { return #expect(Bool(false), "\(busy?.code)") }
        let stranger = try await self.server("nobody")
        #expect(try await stranger.preflight(overlap: .hours(1)).map(\.code) == ["http-not-found"])
    }

    @Test func `what is filled in can't leave its place`() throws {
        let settings = TargetSettings.of(
            "http",
            [
                "path": "/clients/{client_id}/{id}?q={label}",
                "body": #"{"name": "x {label} {secret}", "{id}": [1, true, "{client_id}"]}"#,
            ])
        let template = try RequestTemplate(
            Settings(settings), method: "POST", places: RequestTemplate.Place.allCases)
        let values: [RequestTemplate.Place: String] = [
            .clientID: "a/../b", .id: "{label}", .label: #"q"\#n}&=1"#, .secret: "s{client_id}",
        ]
        #expect(template.path(values) == "/clients/a%2F..%2Fb/%7Blabel%7D?q=q%22%0A%7D%26%3D1")
        let body = try #require(template.body(values))
        let document = try JSONDocument(body)
        #expect(try document.node(at: ["name"])?.text == "x q\"\n}&=1 s{client_id}")
        #expect(try document.node(at: ["{id}", "2"])?.text == "a/../b")
    }

    @Test(arguments: [
        ("path", "clients"), ("path", "/c/{nobody}"), ("path", "/c/{secret}"), ("path", "/c d"),
        ("body", "{"), ("body", #"{"a": "{nobody}"}"#),
    ])
    func `a template that can't be right is refused`(name: String, text: String) {
        var values: [String: SettingValue] = ["path": "/c"]
        values[name] = .text(text)
        let error = #expect(throws: AdapterError.self) {
            try RequestTemplate(
                Settings(.of("http", values)), method: "GET",
                places: RequestTemplate.Place.allCases)
        }
        #expect(error?.code == "http-setting-invalid")
    }

    @Test func `settings that contradict each other are refused`() async throws {
        let changes: [[String: SettingValue]] = [
            [
                "capabilities": .group([
                    "limit": "2", "origin": "server", "recognition": "value",
                ])
            ],
            [
                "capabilities": .group([
                    "limit": "2", "origin": "server", "recognition": "label", "disable": "true",
                ])
            ],
            ["headers": .list(["Authorization: Bearer mine"])], ["headers": .list(["no colon"])],
            ["admin": .group(["token": "env:LOGTO_ADMIN_CLIENT_SECRET", "client_id": "x"])],
            ["list": .group(["path": "/x", "items": "no pointer", "id": "/id"])],
        ]
        for change in changes {
            let error = await adapterError { _ = try await server("c", change) }
            #expect(error?.code == "http-setting-invalid", "\(change)")
        }
    }

    @Test(arguments: [
        "<html>", "{}", #"{"secrets":"none"}"#, #"{"secrets":[{"id":""}]}"#,
        #"{"secrets":[{"id":"a"},{"id":"a"}]}"#, #"{"secrets":[{"id":{"x":1}}]}"#,
        #"{"secrets":[{"id":"a","made":"yesterday"}]}"#,
        #"{"secrets":[{"id":"a","id":"b"}]}"#,
    ])
    func `a list that can't be read is none`(body: String) async throws {
        let settings = Settings(
            .of(
                "http",
                ["path": "/", "items": "/secrets", "id": "/id", "created_at": "/made", "at": ""]))
        let backend = HTTPBackend(
            admin: AdminAPI(
                address: "https://example.com", caFile: nil,
                login: AdminLogin(
                    adapter: "http", proof: .fixed(scheme: "Bearer", ClientSecret("t")),
                    findings: []),
                http: OneAnswer(200, body), words: { _ in nil }),
            clientID: "c", identify: try IdentityCall(settings), list: try ListCall(settings),
            create: try CreateCall(settings, origin: .client), changes: [:])
        let error = await adapterError { _ = try await backend.secrets() }
        #expect(error?.code == "http-unreadable-answer")
    }

    @Test(arguments: [
        ("\"2026-11-25T09:00:00Z\"", 1_795_597_200_000), ("1795597200", 1_795_597_200_000),
        ("1795597200000", 1_795_597_200_000), ("1795597200.5", 1_795_597_200_500),
    ])
    func `times are read in three spellings`(text: String, milliseconds: Int64) async throws {
        let settings = Settings(
            .of("http", ["path": "/", "id": "/id", "created_at": "/t", "at": ""]))
        let backend = HTTPBackend(
            admin: AdminAPI(
                address: "https://example.com", caFile: nil,
                login: AdminLogin(
                    adapter: "http", proof: .fixed(scheme: "Bearer", ClientSecret("t")),
                    findings: []),
                http: OneAnswer(200, #"[{"id":7,"t":\#(text)}]"#), words: { _ in nil }),
            clientID: "c", identify: try IdentityCall(settings), list: try ListCall(settings),
            create: try CreateCall(settings, origin: .client), changes: [:])
        let listed = try await backend.secrets()
        #expect(listed.map(\.id) == ["7"])
        #expect(listed.first?.createdAt == Instant(milliseconds: milliseconds))
    }
}
