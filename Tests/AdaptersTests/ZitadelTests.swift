import AdapterContracts
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct ZitadelTests {
    private let practice: Practice
    private let id = CredentialID(rawValue: "secret")

    init() throws { practice = try #require(Practice.current) }

    private func zitadel(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["ZITADEL_URL"]),
            "admin": .group(["token": "env:ZITADEL_TOKEN"]),
        ]
        return try await practice.server("zitadel", standard.merging(more) { $1 }, client.id)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("zitadel")
        let server = try await zitadel(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `after a lost answer trying the old secret tells what happened`() async throws {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
            ("html", false),
        ] {
            let client = try await practice.client("zitadel")
            let server = try await zitadel(client)
            try await practice.fault(kind, method: "POST", path: ".*/secret")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.id) == [id])
            #expect(listed.map(\.holds) == [isMade ? nil : .old], "\(kind)")
        }
    }

    @Test func `the way back is refused, and the words say so`() async throws {
        let client = try await practice.client("zitadel")
        let server = try await zitadel(client)
        let new = try #require(try await server.create(nil, label: "l").secret)
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.kind == .refused && error?.code == "zitadel-cannot-withdraw")
        #expect(try await server.authenticate(with: new, connection: .fresh) == .accepted)
    }

    /// Two refusals by name, and one that is about something else.
    @Test func `a wrong secret is told from another invalid request by its words`() async throws {
        let client = try await practice.client("zitadel")
        let server = try await zitadel(client)
        let dead = try await server.authenticate(with: Practice.secret(), connection: .fresh)
        #expect(dead == .refused(code: "invalid_request"))
        let unknown = try await zitadel((id: "nobody", secret: client.secret))
            .authenticate(with: client.secret, connection: .fresh)
        #expect(unknown == .refused(code: "invalid_client"))
        let other = try await zitadel(client, ["scope": ""])
        let error = await adapterError {
            _ = try await other.authenticate(with: client.secret, connection: .fresh)
        }
        #expect(error?.kind == .refused && error?.code == "zitadel-token-request-refused")
    }

    @Test func `a rate limit, a missing user and a token without rights prove no effect`()
        async throws
    {
        let client = try await practice.client("zitadel")
        let server = try await zitadel(client)
        try await practice.fault("rate_limit", method: "POST", path: ".*/secret")
        let busy = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(busy?.kind == .unavailable(retryAfter: .seconds(1)))
        let stranger = try await zitadel((id: "nobody", secret: client.secret))
        let missing = await adapterError { _ = try await stranger.create(nil, label: "l") }
        #expect(missing?.kind == .missing && missing?.code == "zitadel-user-missing")
        for (token, code) in [
            ("ZITADEL_USER_TOKEN", "zitadel-forbidden"), ("PRACTICE_KEY", "zitadel-unauthorized"),
        ] {
            let server = try await zitadel(
                client, ["admin": .group(["token": .text("env:\(token)")])])
            let denied = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(denied?.kind == .unauthorized && denied?.code == code)
        }
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
        #expect(try await server.preflight(overlap: .hours(1)).isEmpty)
    }

    /// An admin API that says the same to everything.
    private func api(_ body: String) -> ZitadelAPI {
        let admin = AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: "zitadel", proof: .fixed(scheme: "Bearer", ClientSecret("admin")),
                findings: []), http: OneAnswer(200, body), words: ZitadelAPI.words)
        return ZitadelAPI(admin: admin, clientID: "billing")
    }

    @Test(arguments: [
        (#"{"state":"USER_STATE_INACTIVE","machine":{"hasSecret":true}"#, "zitadel-inactive"),
        (#"{"state":"USER_STATE_ACTIVE","machine":{}"#, "zitadel-no-secret"),
        (#"{"state":"USER_STATE_ACTIVE""#, "zitadel-user-missing"),
    ])
    func `preflight names what would keep a rotation from working`(user: String, code: String)
        async throws
    {
        let client = try await practice.client("zitadel")
        let real = try #require(try await zitadel(client) as? Zitadel)
        let body =
            #"{"details":{},"result":["# + user + #","userId":"1","loginNames":["billing"]}]}"#
        let server = Zitadel(api: api(body), probe: real.probe, issuer: real.issuer)
        #expect(try await server.preflight(overlap: .hours(1)).map(\.code) == [code])
    }

    @Test(arguments: ["{}", "", "[]"])
    func `what is no list of users is no empty list`(body: String) async {
        let error = await adapterError { _ = try await api(body).user() }
        #expect(error?.kind == .refused && error?.code == "zitadel-unreadable-answer")
    }
}
