import AdapterContracts
import ClientCredentials
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct GitLabTests {
    private let practice: Practice
    private let id = CredentialID(rawValue: "secret")

    init() throws { practice = try #require(Practice.current) }

    private func gitLab(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        http: (any HTTPClient)? = nil
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["GITLAB_URL"]), "admin": .group(["token": "env:GITLAB_TOKEN"]),
        ]
        let registry = AdapterRegistry(
            http: http ?? practice.http, environment: practice.values
        ) { Instant(milliseconds: 0) }
        return try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
                server: .of("gitlab", standard.merging(more) { $1 }), stores: []))
    }

    /// A GitLab from before the feature: the path leads nowhere.
    private struct WithoutRenewal: HTTPClient {
        let http: CurlClient

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            guard request.url.hasSuffix("/renew-secret") else {
                return try await http.send(request)
            }
            return HTTPResponse(
                status: 404, headers: ["Content-Type": "application/json"],
                body: Array(#"{"error":"404 Not Found"}"#.utf8))
        }
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("gitlab")
        let server = try await gitLab(client, ["token_endpoint_auth_method": .text(method)])
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
            let client = try await practice.client("gitlab")
            let server = try await gitLab(client)
            try await practice.fault(kind, method: "POST", path: ".*/renew-secret")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.id) == [id])
            #expect(listed.map(\.holds) == [isMade ? nil : .old], "\(kind)")
        }
    }

    @Test func `the way back is refused in words, and nothing is sent`() async throws {
        let client = try await practice.client("gitlab")
        let server = try await gitLab(client)
        let new = try #require(try await server.create(nil, label: "l").secret)
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.kind == .refused && error?.code == "gitlab-cannot-withdraw")
        #expect(error?.message.contains("go forward") == true)
        #expect(try await server.authenticate(with: new, connection: .fresh) == .accepted)
        try await server.delete(id, keeping: new)
        let mine = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(mine?.kind == .refused && mine?.code == "gitlab-own-secret")
    }

    @Test func `an application is found on whichever page it is`() async throws {
        var clients: [(id: String, secret: ClientSecret)] = []
        for _ in 1...105 { clients.append(try await practice.client("gitlab")) }
        for client in clients.suffix(8) {
            let server = try await gitLab(client)
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.holds) == [.old])
        }
    }

    @Test func `a rate limit and an older version prove that nothing happened`() async throws {
        let client = try await practice.client("gitlab")
        let server = try await gitLab(client)
        try await practice.fault("rate_limit", method: "POST", path: ".*/renew-secret")
        let busy = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(busy?.kind == .unavailable(retryAfter: .seconds(1)))
        let older = try await gitLab(client, http: WithoutRenewal(http: practice.http))
        let error = await adapterError { _ = try await older.create(nil, label: "l") }
        #expect(error?.kind == .refused && error?.code == "gitlab-too-old")
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `who is no administrator, and what isn't there, are told apart`() async throws {
        let client = try await practice.client("gitlab")
        let user = try await gitLab(client, ["admin": .group(["token": "env:GITLAB_USER_TOKEN"])])
        let denied = await adapterError { _ = try await user.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized && denied?.code == "gitlab-forbidden")
        let stranger = try await gitLab((id: "nobody", secret: client.secret))
        let missing = await adapterError { _ = try await stranger.create(nil, label: "l") }
        #expect(missing?.kind == .missing)
        let codes = try await stranger.preflight(overlap: .hours(1)).map(\.code)
        #expect(codes == ["gitlab-application-missing"])
        #expect(try await gitLab(client).preflight(overlap: .hours(1)).isEmpty)
    }

    /// An admin API that says the same to everything.
    private func api(_ body: String) -> GitLabAPI {
        let admin = AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: "gitlab", proof: .fixed(scheme: "Bearer", ClientSecret("admin")),
                findings: []), http: OneAnswer(200, body), words: GitLabAPI.words)
        return GitLabAPI(admin: admin, clientID: "billing")
    }

    @Test func `a client that isn't confidential is a problem`() async throws {
        let probe = TokenProbe(
            adapter: "gitlab", endpoint: TokenEndpoint(url: "https://a.example/t"),
            clientID: "billing", method: .basic, http: OneAnswer(200, "{}"),
            isRefusal: { _, _ in false })
        let server = GitLab(
            api: api(#"[{"id":1,"application_id":"billing","confidential":false}]"#),
            probe: probe, issuer: "https://a.example")
        let codes = try await server.preflight(overlap: .hours(1)).map(\.code)
        #expect(codes == ["gitlab-not-confidential"])
    }

    @Test(arguments: ["{}", "", "[1]", #"{"message":"no list"}"#])
    func `what is no list of applications is no empty list`(body: String) async {
        let error = await adapterError { _ = try await api(body).application() }
        #expect(error?.kind == .refused && error?.code == "gitlab-unreadable-answer")
    }
}
