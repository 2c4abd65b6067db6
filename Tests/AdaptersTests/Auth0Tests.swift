import AdapterContracts
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct Auth0Tests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func client(_ more: String = #","auth_method":"client_secret_post""#) async throws -> (
        id: String, secret: ClientSecret
    ) {
        try await practice.client("auth0", more)
    }

    private func auth0(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["AUTH0_URL"]), "audience": .text(practice["AUTH0_AUDIENCE"]),
            "admin": .group([
                "client_id": .text(practice["AUTH0_ADMIN_CLIENT_ID"]),
                "client_secret": "env:AUTH0_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "auth0", standard.merging(more) { $1 }, client.id, environment)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await client(#","auth_method":"\#(method)""#)
        let server = try await auth0(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer is unknown, and the value tells whether it happened`() async throws {
        for (kind, isSet) in [
            ("lost_answer", true), ("error_after_effect", true), ("html", false),
            ("error_before_effect", false),
        ] {
            let client = try await client()
            let server = try await auth0(client)
            let new = Practice.secret()
            try await practice.fault(kind, method: "PATCH", path: ".*/clients/.*")
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [isSet ? .new : .old], "\(kind)")
        }
    }

    @Test func `a way back whose answer was lost is finished by the next one`() async throws {
        let client = try await client()
        let server = try await auth0(client)
        let id = try await server.create(Practice.secret(), label: "l").id
        try await practice.fault("lost_answer", method: "PATCH", path: ".*/clients/.*")
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.kind == .unknown)
        try await server.delete(id, keeping: client.secret)
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `a rate limit proves that nothing happened, and says when to ask again`()
        async throws
    {
        let client = try await client()
        let server = try await auth0(client)
        try await practice.control(
            "POST", "faults",
            #"{"kind":"rate_limit","retry_after":30,"times":1,"match":{"method":"PATCH"}}"#)
        let error = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        guard case .unavailable(let wait?)? = error?.kind else {
            Issue.record("\(error?.code ?? "no error")")
            return
        }
        #expect((Span.seconds(20)...Span.seconds(30)).contains(wait))
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `somebody else's secret is told from the known ones`() async throws {
        let client = try await client()
        let server = try await auth0(client)
        _ = try await server.create(Practice.secret(), label: "l")
        let listed = try await server.credentials(
            knowing: KnownSecrets(old: client.secret, new: Practice.secret()))
        #expect(listed.map(\.holds) == [nil] && listed.map(\.isOther) == [true])
    }

    @Test func `what Auth0 refuses is refused, and so is what is no value of ours`() async throws {
        let client = try await client()
        let server = try await auth0(client)
        let short = await adapterError {
            _ = try await server.create(ClientSecret("short"), label: "l")
        }
        #expect(short?.kind == .refused && short?.message.contains("invalid_body") == true)
        let none = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(none?.kind == .refused && none?.code == "auth0-own-secret")
        let other = await adapterError {
            try await server.delete(CredentialID(rawValue: "x"), keeping: client.secret)
        }
        #expect(other?.kind == .refused && other?.code == "auth0-no-such-secret")
    }

    @Test func `preflight names what would keep a rotation from working`() async throws {
        let codes = { (server: any AuthorizationServer) in
            try await server.preflight(overlap: .hours(1)).map(\.code)
        }
        let client = try await client()
        #expect(try await codes(try await auth0(client)) == [])
        let basic = try await auth0(client, ["token_endpoint_auth_method": "client_secret_basic"])
        #expect(try await codes(basic) == ["auth0-other-method"])
        let signer = try await self.client(#","auth_method":"client_secret_jwt""#)
        #expect(try await codes(try await auth0(signer)) == ["auth0-no-secret"])
        let weak = try await self.client(
            #","auth_method":"client_secret_post","scopes":["update:clients"]"#)
        let admin: SettingValue = .group([
            "client_id": .text(weak.id), "client_secret": "env:OWN",
        ])
        let intruder = try await auth0(
            client, ["admin": admin], ["OWN": weak.secret.withPlaintext { $0 }])
        #expect(try await codes(intruder) == ["auth0-missing-scopes", "auth0-forbidden"])
        let denied = await adapterError {
            _ = try await intruder.create(Practice.secret(), label: "l")
        }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await auth0((id: "nobody", secret: client.secret))
        #expect(try await codes(stranger) == ["auth0-not-found"])
    }

    @Test func `another tenant is told by its issuer`() async throws {
        let client = try await client()
        let server = try await auth0(client, ["issuer": .text(practice["LOGTO_URL"])])
        let error = await adapterError { _ = try await server.identity() }
        #expect(error != nil)
        let name = try await auth0(client).identity().rawValue
        #expect(name == "auth0:\(practice["AUTH0_URL"])#\(client.id)")
    }

    /// An admin API that says the same to everything.
    private func api(_ status: Int, _ body: String) -> Auth0API {
        let admin = AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: "auth0", proof: .fixed(scheme: "Bearer", ClientSecret("admin")),
                findings: []), http: OneAnswer(status, body), words: Auth0API.words)
        return Auth0API(admin: admin, clientID: "billing") { Instant(milliseconds: 0) }
    }

    @Test(arguments: [
        #"{"client_id":"other"}"#, #"{"client_id":"billing","client_secret":"other"}"#, "{}", "",
    ])
    func `an answer about something else doesn't prove that a secret was set`(body: String) async {
        let error = await adapterError { try await api(200, body).put(ClientSecret("new")) }
        #expect(error?.kind == .unknown)
    }

    @Test func `another client is the wrong target`() async {
        let error = await adapterError {
            _ = try await api(200, #"{"client_id":"other"}"#).client()
        }
        #expect(error?.kind == .wrongTarget)
    }
}
