import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct GlewlwydTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func glewlwyd(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["GLEWLWYD_URL"]), "scope": "read",
            "admin": .group(["token": "env:GLEWLWYD_TOKEN"]),
        ]
        return try await practice.server(
            "glewlwyd", standard.merging(more) { $1 }, client.id, environment)
    }

    /// The client as the admin API has it.
    private func ask(_ method: String, _ id: String, _ json: String? = nil) async throws
        -> JSONDocument
    {
        let response = try await practice.http.send(
            HTTPRequest(
                method: method, url: "\(practice["GLEWLWYD_URL"])/client/\(id)",
                headers: ["Authorization": "token \(practice["GLEWLWYD_TOKEN"])"],
                body: json.map { Array($0.utf8) }))
        try #require(response.status == 200)
        return try JSONDocument(response.body.isEmpty ? Array("null".utf8) : response.body)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("glewlwyd")
        let server = try await glewlwyd(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `everything but the secret stays as it was`() async throws {
        let client = try await practice.client("glewlwyd")
        _ = try await ask(
            "PUT", client.id,
            #"""
            {"name":"\u00e9 \"quoted\"","enabled":true,"scope":["read"],"client_secret":"first",
            "authorization_type":["client_credentials"],"redirect_uri":["https://a.example/\/"],
            "token_endpoint_auth_method":["client_secret_basic"]}
            """#)
        let before = try await ask("GET", client.id)
        let new = Practice.secret()
        _ = try await glewlwyd(client).create(new, label: "l")
        let after = try await ask("GET", client.id)
        let range = try #require(try before.node(at: ["client_secret"])?.range)
        #expect(after.bytes == new.withPlaintext { before.replacing(range, with: $0) })
    }

    @Test func `after a lost answer the secret tells whether it is in force`() async throws {
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            let client = try await practice.client("glewlwyd")
            let server = try await glewlwyd(client)
            let new = Practice.secret()
            try await practice.fault(kind, method: "PUT", path: "/glewlwyd/.*")
            let error = await adapterError { _ = try await server.create(new, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let known = KnownSecrets(old: client.secret, new: new)
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [isMade ? .new : .old], "\(kind)")
        }
    }

    @Test func `what can't be read again afterwards is in doubt`() async throws {
        let client = try await practice.client("glewlwyd")
        let server = try await glewlwyd(client)
        // Before the change it is read once, which is let through, but late.
        try await practice.control(
            "POST", "faults",
            #"{"kind":"slow","ms":1,"times":1,"match":{"method":"GET","path":"/glewlwyd/.*"}}"#)
        try await practice.fault("error_before_effect", method: "GET", path: "/glewlwyd/.*")
        let error = await adapterError { _ = try await server.create(Practice.secret(), label: "") }
        #expect(error?.kind == .unknown && error?.code == "glewlwyd-server-error")
    }

    /// The same empty 403 is said to a dead secret and to a request that is wrong.
    @Test func `a refusal is one of the secret only while the one in force is accepted`()
        async throws
    {
        let client = try await practice.client("glewlwyd")
        let server = try await glewlwyd(client)
        let dead = Practice.secret()
        #expect(
            try await server.authenticate(with: dead, connection: .fresh)
                == .refused(code: BareRefusal.code))
        _ = try await ask(
            "PUT", client.id, client.secret.withPlaintext { #"{"client_secret":"\#($0)"}"# })
        for secret in [dead, client.secret] {
            let error = await adapterError {
                _ = try await server.authenticate(with: secret, connection: .kept)
            }
            #expect(error?.kind == .refused)
            #expect(error?.code == "glewlwyd-token-request-refused")
        }
        let found = try await server.preflight(overlap: .hours(1))
        #expect(
            found.map(\.code) == ["glewlwyd-no-client-credentials", "glewlwyd-other-method"])
    }

    @Test func `a scope that the client may not ask for is a problem`() async throws {
        let client = try await practice.client("glewlwyd")
        let server = try await glewlwyd(client, ["scope": "other"])
        let error = await adapterError {
            _ = try await server.authenticate(with: client.secret, connection: .fresh)
        }
        #expect(error?.code == "glewlwyd-token-request-refused")
        #expect(error?.message.contains("scope_invalid") == true)
        let found = try await server.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["glewlwyd-missing-scopes"])
    }

    @Test func `who may not, and what isn't there, are told apart`() async throws {
        let client = try await practice.client("glewlwyd")
        let intruder = try await glewlwyd(client, [:], ["GLEWLWYD_TOKEN": "nobody's"])
        let denied = await adapterError {
            _ = try await intruder.create(Practice.secret(), label: "l")
        }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await glewlwyd((id: "nobody", secret: client.secret))
        #expect(await adapterError { _ = try await stranger.identity() }?.kind == .missing)
        let found = try await stranger.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["glewlwyd-not-found"])
        let elsewhere = try await glewlwyd(client, ["issuer": "https://elsewhere.example"])
        #expect(await adapterError { _ = try await elsewhere.identity() }?.kind == .wrongTarget)
        let empty = try await practice.client("glewlwyd")
        _ = try await ask("PUT", empty.id, "[]")
        let bare = try await glewlwyd(empty)
        let none = await adapterError { _ = try await bare.create(Practice.secret(), label: "l") }
        #expect(none?.kind == .refused && none?.code == "glewlwyd-no-secret")
    }
}
