import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct CognitoTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private static let keys: SettingValue = .group([
        "access_key_id": "env:COGNITO_ACCESS_KEY_ID",
        "secret_access_key": "env:COGNITO_SECRET_ACCESS_KEY",
    ])

    private var standard: [String: SettingValue] {
        [
            "url": .text(practice["COGNITO_URL"]), "domain": .text(practice["COGNITO_DOMAIN"]),
            "user_pool": .text(practice["COGNITO_USER_POOL"]), "admin": Self.keys,
        ]
    }

    private func cognito(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        try await practice.server(
            "cognito", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("cognito")
        let server = try await cognito(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test(.enabled(if: ServiceModel.cognito != nil, "the vendors' contracts are absent"))
    func `requests and answers fit Amazon's model`() async throws {
        let model = try #require(ServiceModel.cognito)
        let client = try await practice.client("cognito")
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let registry = AdapterRegistry(http: recorder, environment: practice.values) {
            Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        }
        for pool in [practice["COGNITO_USER_POOL"], "eu-west-1_Elsewhere"] {
            let settings = standard.merging(["user_pool": .text(pool)]) { $1 }
            let server = try await registry.server(
                of: Plan(
                    client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                    server: .of("cognito", settings), stores: []))
            _ = await AuthorizationServerContract(server, makeSecret: Practice.secret)
                .run(old: client.secret)
        }
        let calls = recorder.exchanges.filter { $0.request.headers["X-Amz-Target"] != nil }
        #expect(calls.count > 20)
        #expect(Set(calls.map(\.response.status)) == [200, 400])
        for call in calls { #expect(model.problems(with: call) == []) }
    }

    @Test func `a lost answer to a creation is unknown, and the list has one entry more`()
        async throws
    {
        let client = try await practice.client("cognito")
        let server = try await cognito(client)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let secret = Practice.secret()
            try await practice.fault(kind, method: "POST", path: ".*AddUserPoolClientSecret")
            let error = await adapterError { _ = try await server.create(secret, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: secret)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.count == (isMade ? 2 : 1), "\(kind)")
            #expect(listed.allSatisfy { $0.createdAt != nil && $0.holds == nil && !$0.isOther })
            let answer = try await server.authenticate(with: secret, connection: .fresh)
            #expect((answer == .accepted) == isMade, "\(kind)")
            if isMade { try await server.delete(listed[1].id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a rate limit has no effect, and nothing is said of how long`() async throws {
        let client = try await practice.client("cognito")
        let server = try await cognito(client)
        try await practice.fault("rate_limit", method: "POST", path: ".*AddUserPoolClientSecret")
        let error = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(error?.kind == .unavailable(retryAfter: nil))
        #expect(error?.code == "cognito-rate-limited")
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        let client = try await practice.client("cognito")
        let server = try await cognito(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "cognito-survivor-not-listed")
        }
        _ = try await server.create(Practice.secret(), label: "l")
        let error = await adapterError { try await server.delete(id, keeping: Practice.secret()) }
        #expect(error?.code == "cognito-survivor-refused" && error?.kind == .conflict)
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    @Test func `a value that Cognito doesn't take is not sent`() async throws {
        let server = try await cognito(try await practice.client("cognito"))
        for value in [
            "short", String(repeating: "a", count: 65), "with-a-hyphen-0123456789abcdef",
            "\u{FC}berlang_0123456789abcdef",
        ] {
            let error = await adapterError {
                _ = try await server.create(ClientSecret(value), label: "l")
            }
            #expect(error?.code == "cognito-secret-pattern" && error?.kind == .refused)
        }
        let longest = ClientSecret(String(repeating: "a_+Z", count: 16))
        _ = try await server.create(longest, label: "l")
        #expect(try await server.authenticate(with: longest, connection: .kept) == .accepted)
    }

    @Test func `keys without the right, wrong ones and strange pools are told apart`() async throws
    {
        let client = try await practice.client("cognito")
        let reader = try await cognito(client, [:], ["COGNITO_ACCESS_KEY_ID": "practice-reader"])
        _ = try await reader.identity()
        let denied = await adapterError {
            _ = try await reader.create(Practice.secret(), label: "l")
        }
        #expect(denied?.kind == .unauthorized && denied?.code == "cognito-forbidden")
        for (name, type) in [
            ("COGNITO_ACCESS_KEY_ID", "UnrecognizedClient"),
            ("COGNITO_SECRET_ACCESS_KEY", "InvalidSignature"),
        ] {
            let stranger = try await cognito(client, [:], [name: "wrong"])
            let error = await adapterError { _ = try await stranger.identity() }
            #expect(error?.kind == .unauthorized)
            #expect(error?.message.contains(type) == true, "\(error?.message ?? "")")
        }
        let elsewhere = try await cognito(client, ["user_pool": "eu-west-1_Elsewhere"])
        #expect(await adapterError { _ = try await elsewhere.identity() }?.kind == .missing)
        let abroad = try await cognito(client, ["user_pool": "eu-central-1_Practice1"])
        #expect(await adapterError { _ = try await abroad.identity() }?.kind == .unauthorized)
        let nobody = try await cognito((id: "nobody", secret: client.secret))
        let findings = try await nobody.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["cognito-not-found"])
    }

    @Test func `preflight knows a full list and another domain`() async throws {
        let client = try await practice.client("cognito")
        let server = try await cognito(client)
        #expect(try await server.preflight(overlap: .hours(1)) == [])
        _ = try await server.create(Practice.secret(), label: "l")
        let full = try await server.preflight(overlap: .hours(1))
        #expect(full.map(\.code) == ["cognito-limit-reached"])
        #expect(full.map(\.severity) == [.problem])
        let other = try await cognito(
            try await practice.client("cognito"), ["domain": .text(practice["PRACTICE_URL"])])
        let findings = try await other.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["cognito-other-token-endpoint"])
        #expect(findings.map(\.severity) == [.warning])
    }

    /// A token of the client's own, which the practised role trusts.
    private func identityToken(_ client: (id: String, secret: ClientSecret)) async throws -> String
    {
        let secret = client.secret.withPlaintext { $0 }
        let response = try await practice.http.send(
            HTTPRequest(
                method: "POST", url: "\(practice["COGNITO_DOMAIN"])/oauth2/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array(
                    "grant_type=client_credentials&client_id=\(client.id)&client_secret=\(secret)"
                        .utf8)))
        return try #require(try JSONDocument(response.body).node(at: ["access_token"])?.text)
    }

    @Test func `a role is taken on once for all clients, and only with its identity`() async throws
    {
        let clients = [
            try await practice.client("cognito"), try await practice.client("cognito"),
        ]
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let token = try await identityToken(clients[0])
        let scratch = try ScratchDirectory()
        for (arn, token, problem) in [
            (practice["COGNITO_ROLE_ARN"], token, nil),
            ("arn:aws:iam::123456789012:role/other", token, "AccessDenied"),
            (practice["COGNITO_ROLE_ARN"], "no.such.token", "InvalidIdentityToken"),
        ] as [(String, String, String?)] {
            let registry = AdapterRegistry(http: recorder, environment: practice.values) {
                Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            }
            // The kubelet's mode, unless the pod says as whom it runs.
            let file = try scratch.write(token, to: "token", mode: 0o644)
            let before = recorder.exchanges.count
            for client in clients {
                var settings = standard
                settings["admin"] = .group([
                    "role_arn": .text(arn), "web_identity_token": .text("file:\(file)"),
                    "sts_url": .text(practice["COGNITO_STS_URL"]),
                ])
                let server = try await registry.server(
                    of: Plan(
                        client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                        server: .of("cognito", settings), stores: []))
                let error = await adapterError { _ = try await server.identity() }
                #expect(error?.kind == (problem == nil ? nil : .unauthorized), "\(arn)")
                #expect(error?.message.contains(problem ?? "") ?? true)
            }
            let asked = recorder.exchanges[before...].count {
                $0.request.url.hasSuffix("/sts/")
            }
            #expect(asked == (problem == nil ? 1 : 2), "\(arn)")
        }
    }

    @Test func `a profile of a shared credentials file logs in too`() async throws {
        let client = try await practice.client("cognito")
        let scratch = try ScratchDirectory()
        let keys =
            "[practice]\naws_access_key_id = \(practice["COGNITO_ACCESS_KEY_ID"])\n"
            + "aws_secret_access_key = \(practice["COGNITO_SECRET_ACCESS_KEY"])\n"
        let path = try scratch.write(keys, to: "credentials")
        let profile: SettingValue = .group([
            "profile_file": .text(path), "profile": "practice",
        ])
        _ = try await cognito(client, ["admin": profile]).identity()
        let absent: SettingValue = .group(["profile_file": .text(path)])
        let error = await adapterError { _ = try await cognito(client, ["admin": absent]) }
        #expect(error?.code == "cognito-profile-missing")
        let open = try scratch.write(keys, to: "open", mode: 0o644)
        let shared: SettingValue = .group(["profile_file": .text(open), "profile": "practice"])
        let refused = await adapterError { _ = try await cognito(client, ["admin": shared]) }
        #expect(refused?.code == "cognito-reference-refused")
    }
}
