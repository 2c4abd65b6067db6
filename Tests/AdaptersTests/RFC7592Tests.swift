import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct RFC7592Tests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private typealias Client = (id: String, secret: ClientSecret, token: String)

    /// A client, with a registration access token of its own.
    private func client(_ more: String = "") async throws -> Client {
        let token = UUID().uuidString
        let client = try await practice.client("rfc7592", #","internal_id":"\#(token)"\#(more)"#)
        return (client.id, client.secret, token)
    }

    private func rfc7592(_ client: Client, _ more: [String: SettingValue] = [:]) async throws
        -> any AuthorizationServer
    {
        let url = practice["RFC7592_URL"]
        let standard: [String: SettingValue] = [
            "url": .text("\(url)/register/{client_id}"), "registration_token": "env:TOKEN",
            "rotates_on_update": "true", "keeps_registration_token": "true",
            "issuer": .text(url), "token_endpoint": .text("\(url)/token"),
        ]
        return try await practice.server(
            "rfc7592", standard.merging(more) { $1 }, client.id, ["TOKEN": client.token])
    }

    private func set(_ settings: String) async throws {
        try await practice.control("PUT", "settings", settings)
    }

    private func read(_ client: Client) async throws -> JSONDocument {
        let response = try await practice.http.send(
            HTTPRequest(
                url: "\(practice["RFC7592_URL"])/register/\(client.id)",
                headers: ["Authorization": "Bearer \(client.token)"]))
        return try JSONDocument(response.body)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await client(#","auth_method":"\#(method)""#)
        let server = try await rfc7592(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `an update says what the client is, and nothing that it may not`() async throws {
        let client = try await client()
        let before = try await read(client)
        let made = try await rfc7592(client).create(nil, label: "l")
        let after = try await read(client)
        for name in ["client_name", "grant_types", "response_types", "scope"] {
            let old = try #require(try before.node(at: [name])).range
            let new = try #require(try after.node(at: [name])).range
            #expect(before.bytes[old] == after.bytes[new], "\(name)")
        }
        let shown = try #require(try after.node(at: ["client_secret"])?.text)
        #expect(made.secret?.matches(ClientSecret(shown)) == true)
    }

    @Test func `after a lost answer the new secret is read`() async throws {
        for (kind, isMade) in [("lost_answer", true), ("error_before_effect", false)] {
            let client = try await client()
            let server = try await rfc7592(client)
            try await practice.fault(kind, method: "PUT", path: "/rfc7592/.*")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.map(\.isOther) == [isMade], "\(kind)")
            let secret = try #require(listed.first?.secret)
            #expect(try await server.authenticate(with: secret, connection: .fresh) == .accepted)
        }
    }

    @Test func `a server whose update leaves the secret as it is can't rotate`() async throws {
        let client = try await client()
        let server = try await rfc7592(client)
        try await set(#"{"rfc7592_keeps_secret":true}"#)
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .refused && error?.code == "rfc7592-kept-secret")
        try await set(#"{"rfc7592_keeps_secret":false}"#)
        #expect(
            try await server.authenticate(with: client.secret, connection: .fresh) == .accepted)
    }

    @Test func `a secret that isn't shown is never rotated`() async throws {
        let client = try await client()
        let server = try await rfc7592(client)
        try await set(#"{"rfc7592_hides_secret":true}"#)
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["rfc7592-not-shown"])
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .refused && error?.code == "rfc7592-not-shown")
        try await set(#"{"rfc7592_hides_secret":false}"#)
        #expect(
            try await server.authenticate(with: client.secret, connection: .fresh) == .accepted)
    }

    /// What the plan said was wrong; the consumers get their secret all the same.
    @Test func `where the registration token changes, the new secret isn't lost`() async throws {
        let client = try await client()
        let server = try await rfc7592(client)
        try await set(#"{"rfc7592_changes_token":true}"#)
        let made = try #require(try await server.create(nil, label: "l").secret)
        try await set(#"{"rfc7592_changes_token":false}"#)
        #expect(try await server.authenticate(with: made, connection: .fresh) == .accepted)
        let error = await adapterError { _ = try await server.identity() }
        #expect(error?.kind == .unauthorized)
    }

    @Test func `an answer with another registration token says that ours is dead`() async {
        let api = RFC7592API(
            admin: AdminAPI(
                address: "https://a.example/register/c", caFile: nil,
                login: AdminLogin(adapter: "rfc7592", proof: .nobody, findings: []),
                http: OneAnswer(
                    200,
                    #"{"client_id":"c","client_secret":"s","registration_access_token":"new"}"#),
                words: RFC7592API.words), clientID: "c", token: ClientSecret("old"))
        let error = await adapterError { _ = try await api.client() }
        #expect(error?.kind == .refused && error?.code == "rfc7592-other-token")
        #expect(error?.message.contains("new registration access token") == true)
    }

    @Test func `what an update sends is what was shown, byte for byte`() throws {
        let shown = #"""
            {"client_id":"c", "client_secret":"s","x":{ "y" : [1.50,"\u00e9"]},"logo_uri":null,
            "token_endpoint_auth_method":["client_secret_basic"],"client_id_issued_at":1,
            "client_secret_expires_at":0,"registration_access_token":"t","grant_types":["a","b"],
            "registration_client_uri":"https://a.example/c"}
            """#
        let client = RFC7592Client(
            fields: try JSONDecoder().decode(RFC7592Client.Fields.self, from: Data(shown.utf8)),
            document: try JSONDocument(Array(shown.utf8)))
        #expect(
            String(decoding: client.update, as: UTF8.self) == #"""
                {"client_id":"c","x":{ "y" : [1.50,"\u00e9"]},\#
                "token_endpoint_auth_method":"client_secret_basic","grant_types":["a","b"]}
                """#)
    }

    @Test func `a plan must promise what only the server's admin can know`() async throws {
        let client = try await client()
        for name in ["rotates_on_update", "keeps_registration_token"] {
            let error = await adapterError { _ = try await rfc7592(client, [name: "false"]) }
            #expect(error?.code == "rfc7592-setting-invalid")
            #expect(error?.message.contains("\(name) must be true") == true)
        }
    }

    @Test func `one setting serves two clients, and no path leads elsewhere`() async throws {
        let client = try await client()
        let echo: SettingValue = "exec:/bin/echo {client_id}"
        // The practice server's clients may be named as their tokens are.
        let other = try await practice.client("rfc7592")
        let named = try await rfc7592(client, ["registration_token": echo])
        #expect(await adapterError { _ = try await named.identity() }?.kind == .unauthorized)
        let stray = (id: "../\(other.id)", secret: other.secret, token: "t")
        let error = await adapterError {
            _ = try await rfc7592(stray, ["registration_token": "file:/etc/{client_id}"])
        }
        #expect(error?.code == "rfc7592-setting-invalid")
    }

    @Test func `another client's address is refused, and kills the token`() async throws {
        let (ours, theirs) = (try await client(), try await client())
        let url = "\(practice["RFC7592_URL"])/register/\(theirs.id)"
        let astray = try await rfc7592(ours, ["url": .text(url)])
        #expect(await adapterError { _ = try await astray.identity() }?.kind == .unauthorized)
        let found = try await rfc7592(ours).preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["rfc7592-unauthorized"])
    }
}
