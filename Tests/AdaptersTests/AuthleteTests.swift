import AdapterContracts
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct AuthleteTests {
    private let practice: Practice
    private let id = CredentialID(rawValue: "secret")

    init() throws { practice = try #require(Practice.current) }

    private func authlete(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["AUTHLETE_URL"]),
            "service": .text(practice["AUTHLETE_SERVICE"]),
            "token_endpoint": .text(practice["AUTHLETE_TOKEN_ENDPOINT"]),
            "admin": .group(["token": "env:AUTHLETE_TOKEN"]),
        ]
        return try await practice.server("authlete", standard.merging(more) { $1 }, client.id)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("authlete", #","auth_method":"\#(method)""#)
        let server = try await authlete(client, ["token_endpoint_auth_method": .text(method)])
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
            let client = try await practice.client("authlete")
            let server = try await authlete(client)
            let new = Practice.secret()
            try await practice.fault(kind, method: "POST", path: ".*/secret/update/.*")
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [isSet ? .new : .old], "\(kind)")
        }
    }

    @Test func `a way back whose answer was lost is finished by the next one`() async throws {
        let client = try await practice.client("authlete")
        let server = try await authlete(client)
        _ = try await server.create(Practice.secret(), label: "l")
        try await practice.fault("lost_answer", method: "POST", path: ".*/secret/update/.*")
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.kind == .unknown)
        try await server.delete(id, keeping: client.secret)
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `what is refused had no effect`() async throws {
        let client = try await practice.client("authlete")
        let server = try await authlete(client)
        for bad in [String(repeating: "x", count: 87), "a space", ""] {
            let error = await adapterError {
                _ = try await server.create(ClientSecret(bad), label: "l")
            }
            #expect(error?.kind == .refused && error?.message.contains("A039203") == true)
        }
        try await practice.fault("rate_limit", method: "POST", path: ".*/secret/update/.*")
        let busy = await adapterError {
            _ = try await server.create(Practice.secret(), label: "l")
        }
        #expect(busy?.kind == .unavailable(retryAfter: .seconds(1)))
        let known = KnownSecrets(old: client.secret)
        #expect(try await server.credentials(knowing: known).map(\.holds) == [.old])
    }

    @Test func `the wrong service, token and client are told apart`() async throws {
        let client = try await practice.client("authlete")
        let codes = { (server: any AuthorizationServer) in
            try await server.preflight(overlap: .hours(1)).map(\.code)
        }
        #expect(try await codes(try await authlete(client)) == [])
        let elsewhere = try await authlete(client, ["service": "1"])
        #expect(try await codes(elsewhere) == ["authlete-forbidden"])
        let lesser = ["admin": SettingValue.group(["token": "env:AUTHLETE_LESSER_TOKEN"])]
        #expect(try await codes(try await authlete(client, lesser)) == ["authlete-forbidden"])
        let stranger = try await authlete((id: "nobody", secret: client.secret))
        #expect(try await codes(stranger) == ["authlete-not-found"])
        let post = try await authlete(
            client, ["token_endpoint_auth_method": "client_secret_post"])
        #expect(try await codes(post) == ["authlete-other-method"])
        let open = try await practice.client("authlete", #","grants":["public"]"#)
        #expect(try await codes(try await authlete(open)) == ["authlete-not-confidential"])
        let unseen = await adapterError {
            _ = try await authlete(open).credentials(knowing: KnownSecrets())
        }
        #expect(unseen?.code == "authlete-no-secret")
    }

    @Test func `another token endpoint than the service's is the wrong target`() async throws {
        let client = try await practice.client("authlete")
        let elsewhere = try await authlete(
            client, ["token_endpoint": "https://as.example/api/token"])
        let error = await adapterError { _ = try await elsewhere.identity() }
        #expect(error?.kind == .wrongTarget && error?.code == "authlete-other-token-endpoint")
        let name = try await authlete(client).identity().rawValue
        #expect(name.hasPrefix("authlete:\(practice["AUTHLETE_URL"])/715948317#"))
    }

    /// An admin API that says the same to everything.
    private func api(_ body: String) -> AuthleteAPI {
        let admin = AdminAPI(
            address: "https://a.example", caFile: nil,
            login: AdminLogin(
                adapter: "authlete", proof: .fixed(scheme: "Bearer", ClientSecret("admin")),
                findings: []), http: OneAnswer(200, body), words: AuthleteAPI.words)
        return AuthleteAPI(admin: admin, service: "1", clientID: "billing")
    }

    @Test(arguments: ["{}", "", #"{"newClientSecret":"other"}"#])
    func `an answer about another secret doesn't prove that ours was set`(body: String) async {
        let error = await adapterError { try await api(body).put(ClientSecret("new")) }
        #expect(error?.kind == .unknown)
    }

    @Test func `another client and what is no service are told`() async {
        let other = await adapterError { _ = try await api(#"{"clientId":7}"#).client() }
        #expect(other?.kind == .wrongTarget)
        let none = await adapterError { _ = try await api("{}").serviceDescription() }
        #expect(none?.kind == .refused)
    }

    @Test func `a client is named by its number, or by an alias that is in use`() async throws {
        for (body, isOurs) in [
            (#"{"clientId":7,"clientIdAlias":"billing"}"#, true),
            (#"{"clientId":7,"clientIdAlias":"billing","clientIdAliasEnabled":false}"#, false),
        ] {
            let error = await adapterError { _ = try await api(body).client() }
            #expect((error == nil) == isOurs, "\(body)")
        }
    }
}
