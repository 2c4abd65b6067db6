import AdapterContracts
import ClientCredentials
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct GoogleTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func google(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let report = try await practice.control("GET", "clients/\(client.id)")
        let resource = try #require(try report.node(at: ["internal_id"])?.text)
        let standard: [String: SettingValue] = [
            "url": .text(practice["GOOGLE_URL"]), "project": .text(practice["GOOGLE_PROJECT"]),
            "oauth_client": .text(resource),
            "redirect_uri": .text(practice["GOOGLE_REDIRECT_URI"]),
            "token_endpoint": .text(practice["GOOGLE_TOKEN_ENDPOINT"]),
            "admin": .group(["token": "env:GOOGLE_ADMIN_TOKEN"]),
        ]
        return try await practice.server(
            "google", standard.merging(more) { $1 }, client.id, environment)
    }

    private func admin(_ key: String) -> [String: SettingValue] {
        ["admin": .group(["key": "env:ADMIN_KEY"])]
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("google", #","auth_method":"\#(method)""#)
        let server = try await google(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a service account administers as well`() async throws {
        let key = try await practice.serviceAccount(["roles/iam.oauthClientAdmin"])
        let client = try await practice.client("google")
        let server = try await google(client, admin(key), ["ADMIN_KEY": key])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
    }

    @Test func `a login that may see no values goes by the ids`() async throws {
        let rights = ["list", "create", "update", "delete"].map {
            "iam.oauthClientCredentials.\($0)"
        }
        let key = try await practice.serviceAccount(rights + ["iam.oauthClients.get"])
        let client = try await practice.client("google")
        let server = try await google(client, admin(key), ["ADMIN_KEY": key])
        #expect(try await server.preflight(overlap: .hours(1)).isEmpty)
        let made = try await server.create(nil, label: "the-label")
        let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
        #expect(listed.map(\.label) == ["first", "the-label"])
        #expect(listed.allSatisfy { $0.secret == nil && $0.holds == nil && !$0.isOther })
        try await server.delete(made.id, keeping: client.secret)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a login without a right is told which one`() async throws {
        let key = try await practice.serviceAccount([
            "iam.oauthClients.get", "iam.oauthClientCredentials.list",
        ])
        let client = try await practice.client("google")
        let server = try await google(client, admin(key), ["ADMIN_KEY": key])
        let denied = await adapterError { _ = try await server.create(nil, label: "the-label") }
        #expect(denied?.kind == .unauthorized)
        #expect(denied?.message.contains("PERMISSION_DENIED") == true)
        #expect(denied?.message.hasSuffix("it takes iam.oauthClientCredentials.create") == true)
    }

    @Test func `a lost answer to a creation is unknown, and the list shows label and value`()
        async throws
    {
        let client = try await practice.client("google")
        let server = try await google(client)
        for (number, (kind, isMade)) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ].enumerated() {
            try await practice.fault(kind, method: "POST", path: ".*/credentials")
            let label = "holdover/01ARZ3NDEKTSV4RRFFQ69G5FAV/\(number + 1)"
            let error = await adapterError { _ = try await server.create(nil, label: label) }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            let ours = listed.first { $0.label == label }
            #expect((ours?.secret != nil) == isMade, "\(kind)")
            if isMade {
                let again = await adapterError { _ = try await server.create(nil, label: label) }
                #expect(again?.code == "google-id-taken" && again?.kind == .unknown)
            }
            if let ours { try await server.delete(ours.id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a rate limit is told from a full list, and neither made anything`() async throws {
        let client = try await practice.client("google")
        let server = try await google(client)
        for kind in ["rate_limit", "limit"] {
            try await practice.fault(kind, method: "POST", path: ".*/credentials")
            let error = await adapterError { _ = try await server.create(nil, label: "label") }
            #expect(error?.kind == .unavailable(retryAfter: nil), "\(kind)")
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
        for number in 2...10 { _ = try await server.create(nil, label: "label-\(number)") }
        let full = await adapterError { _ = try await server.create(nil, label: "label-11") }
        #expect(full?.kind == .limitReached)
        #expect(
            try await server.preflight(overlap: .hours(1)).map(\.code) == ["google-limit-reached"])
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        let client = try await practice.client("google")
        let server = try await google(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "google-survivor-not-enabled")
        }
        let made = try await server.create(nil, label: "label")
        let new = try #require(made.secret)
        try await server.disable(made.id)
        let error = await adapterError { try await server.delete(id, keeping: new) }
        #expect(error?.code == "google-survivor-not-enabled")
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    @Test func `the wrong client, admin and redirect are told apart`() async throws {
        let client = try await practice.client("google")
        let other = try await practice.client("google")
        let report = try await practice.control("GET", "clients/\(other.id)")
        let resource = try #require(try report.node(at: ["internal_id"])?.text)
        let elsewhere = try await google(client, ["oauth_client": .text(resource)])
        let identity = await adapterError { _ = try await elsewhere.identity() }
        #expect(identity?.kind == .wrongTarget && identity?.code == "google-other-client")
        let intruder = try await google(
            client, ["admin": .group(["token": "env:WRONG"])], ["WRONG": "nobody"])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "label") }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await google(client, ["oauth_client": "nobody"])
        #expect(
            try await stranger.preflight(overlap: .hours(1)).map(\.code) == ["google-not-found"])
        let astray = try await google(client, ["redirect_uri": "https://elsewhere.example"])
        #expect(
            try await astray.preflight(overlap: .hours(1)).map(\.code) == ["google-other-redirect"])
    }

    @Test func `an endpoint that looks at the code first is found out before anything is touched`()
        async throws
    {
        let http = OneAnswer(400, #"{"error":"invalid_grant"}"#)
        let api = AdminAPI(
            address: practice["GOOGLE_URL"], caFile: nil,
            login: AdminLogin(
                adapter: "google",
                proof: .fixed(scheme: "Bearer", ClientSecret(practice["GOOGLE_ADMIN_TOKEN"])),
                findings: []), http: practice.http, words: GoogleAPI.words)
        let client = try await practice.client("google", #","internal_id":"blind-probe""#)
        let server = Google(
            api: GoogleAPI(
                admin: api,
                path: "/v1/projects/\(practice["GOOGLE_PROJECT"])/locations/global/oauthClients/"
                    + "blind-probe"),
            probe: TokenProbe(
                adapter: "google",
                endpoint: TokenEndpoint(
                    url: "https://a.example/token",
                    grant: .authorizationCode("c", redirectURI: "https://app.example")),
                clientID: client.id, method: .basic, http: http,
                isRefusal: { $1 == "invalid_client" }, isAcceptance: { $1 == "invalid_grant" }),
            redirectURI: practice["GOOGLE_REDIRECT_URI"])
        #expect(
            try await server.preflight(overlap: .hours(1)).map(\.code) == ["google-blind-probe"])
    }

    @Test func `an id is made from a label, and the label from it`() throws {
        let label = "holdover/01ARZ3NDEKTSV4RRFFQ69G5FAV/12"
        let name = try #require(GoogleCredentialName(label: label))
        #expect(name.id == "h-01arz3ndektsv4rrffq69g5fav-12")
        #expect(GoogleCredentialName(id: name.id).label == label)
        #expect(GoogleCredentialName(id: "web-secret").label == "web-secret")
        for unusable in [
            "abc", "UPPER", "gcp-one", "with space", String(repeating: "a", count: 33),
            "holdover/a/1",
            "holdover/01ARZ3NDEKTSV4RRFFQ69G5FAV/1000",
        ] {
            #expect(GoogleCredentialName(label: unusable) == nil, "\(unusable)")
        }
    }

    @Test func `what is no service account's key is refused and not repeated`() async throws {
        let client = try await practice.client("google")
        let key = try await practice.serviceAccount([])
        for broken in [
            "nonsense", "{}", key.replacing("service_account", with: "authorized_user"),
            key.replacing("http://", with: "ftp://"), key.replacing("BEGIN", with: "END"),
        ] {
            let error = await adapterError {
                _ = try await google(client, admin(broken), ["ADMIN_KEY": broken])
            }
            #expect(error?.code == "google-setting-invalid")
            #expect(error?.message.contains("PRIVATE") == false)
        }
    }
}
