import ClientCredentials
import Foundation
import RotationCore
import Testing

@testable import Adapters

/// What a server tells of the scopes that a client may get by its secret.
@Suite(.practice, .serialized) struct HeldScopeTests {
    private typealias Client = (id: String, secret: ClientSecret)

    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private static let more =
        #","scopes":["orders.read","orders.write"],"grants":["okta.apps.read"]"#

    private func adminClient(_ name: String) -> SettingValue {
        .group([
            "client_id": .text(practice["\(name)_ADMIN_CLIENT_ID"]),
            "client_secret": .text("env:\(name)_ADMIN_CLIENT_SECRET"),
        ])
    }

    private func internalID(_ client: Client) async throws -> String {
        let report = try await practice.control("GET", "clients/\(client.id)")
        return try #require(try report.node(at: ["internal_id"])?.text)
    }

    private func gravitee(_ client: Client, admin: String) async throws -> any AuthorizationServer {
        try await practice.server(
            "gravitee",
            [
                "url": .text(practice["GRAVITEE_URL"]),
                "gateway": .text(practice["GRAVITEE_GATEWAY"]),
                "domain": .text(practice["GRAVITEE_DOMAIN"]),
                "application": .text(try await internalID(client)),
                "admin": .group(["token": .text("env:\(admin)")]),
            ], client.id)
    }

    /// With an admin that may read what roles are called.
    private func entra(
        _ client: Client,
        _ rights: [String] = ["Application.ReadWrite.OwnedBy", "Application.Read.All"]
    ) async throws -> any AuthorizationServer {
        let admin = try await practice.client("entra", #","grants":\#(rights)"#)
        let secret = admin.secret.withPlaintext { $0 }
        return try await practice.server(
            "entra",
            [
                "url": .text(practice["ENTRA_URL"]),
                "authority": .text(practice["ENTRA_AUTHORITY"]),
                "tenant": .text(practice["ENTRA_TENANT"]),
                "admin": .group([
                    "client_id": .text(admin.id), "client_secret": "env:ENTRA_READER",
                ]),
            ], client.id, ["ENTRA_READER": secret])
    }

    private func okta(_ client: Client, _ more: [String: SettingValue], _ type: String = "okta")
        async throws -> any AuthorizationServer
    {
        let app = try await internalID(client)
        let standard: [String: SettingValue] = [
            "app_id": .text(app), "admin": .group(["token": "env:OKTA_API_TOKEN"]),
        ]
        return try await practice.server(type, standard.merging(more) { $1 }, client.id)
    }

    private func server(_ type: String, _ client: Client) async throws -> any AuthorizationServer {
        switch type {
        case "okta": try await okta(client, ["url": .text(practice["PRACTICE_URL"])])
        case "entra": try await entra(client)
        case "gravitee": try await gravitee(client, admin: "GRAVITEE_TOKEN")
        case "okta-api-service":
            try await okta(
                client, ["url": .text(practice["OKTA_API_SERVICE_URL"]), "scope": "orders.read"],
                type)
        case "glewlwyd":
            try await practice.server(
                type,
                [
                    "url": .text(practice["GLEWLWYD_URL"]), "scope": "orders.read",
                    "admin": .group(["token": "env:GLEWLWYD_TOKEN"]),
                ], client.id)
        case "pingfederate":
            try await practice.server(
                type,
                [
                    "url": .text(practice["PINGFEDERATE_URL"]),
                    "issuer": .text(practice["PINGFEDERATE_ISSUER"]),
                    "admin": .group([
                        "user": .text(practice["PINGFEDERATE_ADMIN_USER"]),
                        "password": "env:PINGFEDERATE_ADMIN_PASSWORD",
                    ]),
                ], client.id)
        case "cognito":
            try await practice.server(
                type,
                [
                    "url": .text(practice["COGNITO_URL"]),
                    "domain": .text(practice["COGNITO_DOMAIN"]),
                    "user_pool": .text(practice["COGNITO_USER_POOL"]),
                    "admin": .group([
                        "access_key_id": "env:COGNITO_ACCESS_KEY_ID",
                        "secret_access_key": "env:COGNITO_SECRET_ACCESS_KEY",
                    ]),
                ], client.id)
        case "keycloak":
            try await practice.server(
                type,
                [
                    "url": .text(practice["PRACTICE_URL"]), "realm": "practice",
                    "admin": adminClient("KEYCLOAK"),
                ], client.id)
        default:
            try await practice.server(
                type,
                [
                    "url": .text(practice["\(type.uppercased())_URL"]),
                    "token_endpoint_auth_method": "client_secret_basic",
                    "admin": adminClient(type.uppercased()),
                ], client.id)
        }
    }

    @Test(
        arguments: zip(
            [
                "auth0", "cognito", "entra", "glewlwyd", "gravitee", "keycloak", "logto", "okta",
                "okta-api-service", "pingfederate",
            ],
            [
                ["okta.apps.read", "orders.read", "orders.write"], ["orders.read", "orders.write"],
                ["okta.apps.read", "orders.read", "orders.write"],
                ["orders.read", "orders.write"], ["orders.read", "orders.write"],
                ["email", "orders.read", "orders.write", "profile"],
                ["okta.apps.read", "orders.read", "orders.write"], ["okta.apps.read"],
                ["orders.read", "orders.write"], ["okta.apps.read", "orders.read", "orders.write"],
            ]))
    func `all that the client was granted is told`(type: String, scopes: [String]) async throws {
        let server = try await server(type, try await practice.client(type, Self.more))
        #expect(try await server.scopes()?.sorted() == scopes)
    }

    @Test(arguments: ["auth0", "entra", "logto", "okta", "okta-api-service"])
    func `a right that is missing is an error that names it, and not an empty answer`(type: String)
        async throws
    {
        let server = try await server(type, try await practice.client(type, Self.more))
        try await practice.control("PUT", "settings", #"{"scopes_are_forbidden":true}"#)
        let error = await adapterError { _ = try await server.scopes() }
        let findings = try await server.preflight(overlap: .hours(1))
        try await practice.control("PUT", "settings", #"{"scopes_are_forbidden":false}"#)
        #expect(error?.kind == .unauthorized)
        let needs = [
            "auth0": "read:client_grants", "entra": "Application.Read.All",
            "okta": "okta.appGrants.read",
            "okta-api-service": "okta.oauthIntegrations.read", "logto": "the application's roles",
        ]
        #expect(
            error?.message.contains(try #require(needs[type])) == true, "\(error?.message ?? "")")
        #expect(!findings.contains { $0.severity == .problem }, "\(findings)")
    }

    @Test func `who may administer an application of Entra's may not read what roles are called`()
        async throws
    {
        let owner = try await entra(
            try await practice.client("entra", Self.more), ["Application.ReadWrite.OwnedBy"])
        #expect(await adapterError { _ = try await owner.scopes() }?.kind == .unauthorized)
        let free = try await entra(
            try await practice.client("entra", #","scopes":[]"#),
            ["Application.ReadWrite.OwnedBy"])
        #expect(try await free.scopes() == [])
    }

    @Test func `an application of Gravitee's whose settings may not be read tells no scopes`()
        async throws
    {
        let client = try await practice.client("gravitee", Self.more)
        let least = try await gravitee(client, admin: "GRAVITEE_LEAST_TOKEN")
        let error = await adapterError { _ = try await least.scopes() }
        #expect(error?.kind == .unauthorized)
        #expect(error?.message.contains("APPLICATION read") == true, "\(error?.message ?? "")")
    }

    @Test func `what another server than the org gives is up to its policies, and not told`()
        async throws
    {
        let client = try await practice.client("okta", Self.more)
        let server = try await okta(
            client,
            ["url": .text(practice["PRACTICE_URL"]), "issuer": .text(practice["OKTA_ISSUER"])])
        #expect(try await server.scopes() == nil)
    }

    @Test func `a service app that may not read grants administers all the same`() async throws {
        let key = try OpenSSLKeyPair("EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        let literal = String(decoding: JSONDocument.literal(key.publicKey), as: UTF8.self)
        let admin = "admin-\(UUID().uuidString)"
        try await practice.control(
            "POST", "clients",
            #"{"dialect":"okta","client_id":"\#(admin)","auth_method":"private_key_jwt","#
                + #""public_key":\#(literal),"grants":["okta.apps.manage","okta.apps.read"]}"#)
        let client = try await practice.client("okta")
        let report = try await practice.control("GET", "clients/\(client.id)")
        let app = try #require(try report.node(at: ["internal_id"])?.text)
        let server = try await practice.server(
            "okta",
            [
                "url": .text(practice["PRACTICE_URL"]), "app_id": .text(app),
                "admin": .group(["client_id": .text(admin), "private_key": "env:ADMIN_KEY"]),
            ], client.id, ["ADMIN_KEY": key.privateKey])
        #expect(await adapterError { _ = try await server.scopes() }?.code == "okta-login-refused")
        #expect(try await server.credentials(knowing: KnownSecrets()).count == 1)
    }

    @Test func `more than a page of scopes is read page by page`() async throws {
        let names = (1...101).map { "orders.\($0)" }
        let client = try await practice.client("logto", #","scopes":\#(names)"#)
        #expect(try await server("logto", client).scopes() == Set(names))
    }

    @Test(
        arguments: zip(
            [
                #"{"scope":["a"]}"#, #"{"scope":["a"],"subject_type":"client"}"#,
                #"{"scope":["a"],"subject_type":"user"}"#,
                #"{"subject_type":"client","allow_all_scopes":true}"#,
            ], [["a"], ["a"], [], ["*"]]))
    func `a grant of Auth0 is for the client itself, and may be for everything`(
        json: String, scopes: [String]
    ) throws {
        let grant = try JSONDecoder().decode(Auth0ClientGrant.self, from: Data(json.utf8))
        #expect(grant.scopes == Set(scopes))
    }

    @Test func `a client of PingFederate that isn't kept to its scopes may get others too`()
        async throws
    {
        let answer = OneAnswer(
            200, #"{"clientId":"x","restrictScopes":false,"restrictedScopes":["a"]}"#)
        let api = PingFederateAPI(admin: admin("pingfederate", answer), clientID: "x") {
            Instant(milliseconds: 0)
        }
        let server = PingFederate(
            api: api,
            probe: TokenProbe(
                adapter: "pingfederate", endpoint: TokenEndpoint(url: "https://a.example/token"),
                clientID: "x", method: .basic, http: answer, isRefusal: { _, _ in true }),
            issuer: "https://a.example", lifetime: .hours(24))
        #expect(try await server.scopes() == nil)
    }

    private func admin(_ adapter: String, _ http: OneAnswer) -> AdminAPI {
        AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(adapter: adapter, proof: .nobody, findings: []), http: http,
            words: { _ in nil })
    }

    @Test func `a grant of Okta that was taken back is none`() async throws {
        let answer = OneAnswer(
            200, #"[{"scopeId":"a","status":"ACTIVE"},{"scopeId":"b","status":"REVOKED"}]"#)
        let grants = OktaGrants(
            admin: admin("okta", answer), appID: "x", kind: .application, isOrg: true)
        #expect(try await grants.scopes() == ["a"])
    }

    @Test func `of two registrations, what only one may do is told`() async throws {
        let blue = try await practice.client("auth0", Self.more)
        let green = try await practice.client("auth0", #","scopes":["orders.read","mail"]"#)
        let sides = [
            try await server("auth0", blue), try await server("auth0", green),
        ]
        let pair = try BlueGreen(
            blue: BlueGreen.Registration(client: ClientID(rawValue: blue.id), server: sides[0]),
            green: BlueGreen.Registration(client: ClientID(rawValue: green.id), server: sides[1]))
        #expect(
            try await pair.scopes()?.sorted()
                == ["mail", "okta.apps.read", "orders.read", "orders.write"])
        let found = try await pair.preflight(overlap: .hours(1))
        let differs = found.first { $0.code == "blue-green-scopes-differ" }
        #expect(differs?.severity == .warning)
        #expect(differs?.message.hasSuffix(" mail, okta.apps.read, orders.write") == true)
    }
}
