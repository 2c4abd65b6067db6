import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct WSO2Tests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func wso2(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:]
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["WSO2_URL"]), "tenant": .text(practice["WSO2_TENANT"]),
            "admin": .group([
                "client_id": .text(practice["WSO2_ADMIN_CLIENT_ID"]),
                "client_secret": "env:WSO2_ADMIN_CLIENT_SECRET",
            ]),
        ]
        return try await practice.server(
            "wso2", standard.merging(more) { $1 }, client.id, environment)
    }

    private func set(_ settings: String) async throws {
        try await practice.control("PUT", "settings", settings)
    }

    private func accepts(_ server: any AuthorizationServer, _ secret: ClientSecret) async throws
        -> Bool
    {
        try await server.authenticate(with: secret, connection: .fresh) == .accepted
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"], [true, false])
    func `the adapter keeps the contract`(method: String, isShown: Bool) async throws {
        try await set(#"{"wso2_shows_secrets":\#(isShown)}"#)
        let client = try await practice.client("wso2")
        let server = try await wso2(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
        try await set(#"{"wso2_shows_secrets":false}"#)
    }

    @Test func `after a lost answer the list tells what was made, and where it isn't hashed, what`()
        async throws
    {
        for isShown in [false, true] {
            try await set(#"{"wso2_shows_secrets":\#(isShown)}"#)
            for (kind, isMade) in [
                ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
            ] {
                let client = try await practice.client("wso2")
                let server = try await wso2(client)
                try await practice.fault(kind, method: "POST", path: ".*/secrets")
                let error = await adapterError { _ = try await server.create(nil, label: "l") }
                #expect(error?.kind == .unknown, "\(kind)")
                let known = KnownSecrets(old: client.secret)
                let listed = try await server.credentials(knowing: known)
                #expect(listed.count == (isMade ? 2 : 1), "\(kind)")
                #expect(listed.first?.holds == (isShown ? .old : nil))
                #expect(listed.allSatisfy { ($0.secret != nil) == isShown })
                guard isMade, isShown else { continue }
                #expect(try await accepts(server, try #require(listed.last?.secret)))
            }
        }
        try await set(#"{"wso2_shows_secrets":false}"#)
    }

    @Test func `what is shown counts as clear only where a known secret is among it`()
        async throws
    {
        try await set(#"{"wso2_shows_secrets":true}"#)
        let client = try await practice.client("wso2")
        let server = try await wso2(client)
        let unknown = try await server.credentials(knowing: KnownSecrets(old: Practice.secret()))
        #expect(unknown.map { $0.secret != nil } == [false])
        _ = try await server.create(nil, label: "l")
        let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
        #expect(listed.map(\.isOther) == [false, true])
        try await set(#"{"wso2_shows_secrets":false}"#)
    }

    @Test func `the newest secret is kept, and goes once there is a newer one`() async throws {
        let client = try await practice.client("wso2")
        let server = try await wso2(client)
        let made = try await server.create(nil, label: "l")
        let error = await adapterError { try await server.delete(made.id, keeping: client.secret) }
        #expect(error?.kind == .refused && error?.code == "wso2-latest-undeletable")
        #expect(error?.message.contains(made.id.rawValue) == true)
        #expect(try await accepts(server, client.secret))
        #expect(try await accepts(server, try #require(made.secret)))
        try await set(#"{"wso2_secret_limit":3}"#)
        _ = try await server.create(nil, label: "l")
        for _ in 1...2 { try await server.delete(made.id, keeping: client.secret) }
        #expect(try await !accepts(server, try #require(made.secret)))
        try await set(#"{"wso2_secret_limit":2}"#)
    }

    @Test func `a full list is a limit, whatever is over in it`() async throws {
        let client = try await practice.client("wso2")
        let server = try await wso2(client, ["lifetime": "2h"])
        _ = try await server.create(nil, label: "l")
        let full = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(full?.kind == .limitReached && full?.code == "wso2-limit-reached")
        try await set(#"{"clock_offset_ms":7500000}"#)
        let endless = try await wso2(client)
        let again = await adapterError { _ = try await endless.create(nil, label: "l") }
        #expect(again?.kind == .limitReached)
        try await set(#"{"clock_offset_ms":0}"#)
        let findings = try await server.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["wso2-not-exclusive", "wso2-limit-reached"])
        let roomy = try await wso2(client, ["limit": "3"])
        #expect(roomy.capabilities.limit == 3)
        let fewer = try await roomy.preflight(overlap: .hours(1))
        #expect(fewer.map(\.code) == ["wso2-not-exclusive"])
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        try await set(#"{"wso2_shows_secrets":true}"#)
        let client = try await practice.client("wso2")
        let server = try await wso2(client)
        let known = KnownSecrets(old: client.secret)
        let id = try #require(try await server.credentials(knowing: known).first?.id)
        _ = try await server.create(nil, label: "l")
        let error = await adapterError { try await server.delete(id, keeping: client.secret) }
        #expect(error?.code == "wso2-survivor-not-listed")
        #expect(try await accepts(server, client.secret))
        try await set(#"{"wso2_shows_secrets":false}"#)
    }

    @Test func `the wrong tenant, admin and application are told apart`() async throws {
        let client = try await practice.client("wso2")
        let elsewhere = try await wso2(client, ["tenant": "elsewhere"])
        #expect(await adapterError { _ = try await elsewhere.identity() }?.kind == .missing)
        let admin: SettingValue = .group([
            "client_id": .text(client.id), "client_secret": "env:OWN",
        ])
        let plain = client.secret.withPlaintext { $0 }
        let intruder = try await wso2(client, ["admin": admin], ["OWN": plain])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        let found = try await intruder.preflight(overlap: .hours(1))
        #expect(
            found.map(\.code) == ["wso2-not-exclusive", "wso2-missing-scopes", "wso2-forbidden"])
        let stranger = try await wso2((id: "nobody", secret: client.secret))
        let lost = await adapterError { _ = try await stranger.identity() }
        #expect(lost?.code == "wso2-application-missing")
        let named = try await wso2(client, ["application": "no-such-application"])
        let findings = try await named.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["wso2-not-exclusive", "wso2-not-found"])
    }

    @Test func `a limit below two is no limit to rotate under`() async throws {
        let client = try await practice.client("wso2")
        for limit in ["1", "many"] {
            let error = await adapterError { _ = try await wso2(client, ["limit": .text(limit)]) }
            #expect(error?.code == "wso2-setting-invalid", "\(limit)")
        }
    }
}
