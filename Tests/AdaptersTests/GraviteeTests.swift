import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct GraviteeTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func gravitee(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        _ environment: [String: String] = [:], schedule: Schedule? = nil
    ) async throws -> any AuthorizationServer {
        let report = try await practice.control("GET", "clients/\(client.id)")
        let application = try #require(try report.node(at: ["internal_id"])?.text)
        let standard: [String: SettingValue] = [
            "url": .text(practice["GRAVITEE_URL"]), "gateway": .text(practice["GRAVITEE_GATEWAY"]),
            "domain": .text(practice["GRAVITEE_DOMAIN"]), "application": .text(application),
            "admin": .group(["token": "env:GRAVITEE_TOKEN"]),
        ]
        return try await practice.server(
            "gravitee", standard.merging(more) { $1 }, client.id, environment, schedule: schedule)
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("gravitee", #","auth_method":"\#(method)""#)
        let server = try await gravitee(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a lost answer to a creation is unknown, and the list shows its label`()
        async throws
    {
        let client = try await practice.client("gravitee")
        let server = try await gravitee(client)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: ".*/secrets")
            let label = "holdover/\(kind)/1"
            let error = await adapterError { _ = try await server.create(nil, label: label) }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            let ours = listed.first { $0.label == label }
            #expect((ours != nil) == isMade, "\(kind)")
            if isMade {
                let again = await adapterError { _ = try await server.create(nil, label: label) }
                #expect(again?.code == "gravitee-name-taken" && again?.kind == .unknown)
            }
            if let ours { try await server.delete(ours.id, keeping: client.secret) }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `a limit and a rate limit prove that nothing happened`() async throws {
        let client = try await practice.client("gravitee")
        let server = try await gravitee(client)
        try await practice.fault("limit", method: "POST", path: ".*/secrets")
        let full = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(full?.kind == .limitReached && full?.code == "gravitee-limit-reached")
        try await practice.fault("rate_limit", method: "POST", path: ".*/secrets")
        let busy = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(busy?.kind == .unavailable(retryAfter: .seconds(1)))
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `preflight warns of secrets that end before the next rotation`() async throws {
        try await practice.control("PUT", "settings", #"{"gravitee_secret_life_ms":86400000}"#)
        let client = try await practice.client("gravitee")
        try await practice.control("PUT", "settings", #"{"gravitee_secret_life_ms":0}"#)
        for (hours, codes) in [(20, []), (24, ["gravitee-short-life"])] {
            let schedule = Schedule(every: .hours(Int64(hours)))
            let server = try await gravitee(client, schedule: schedule)
            #expect(try await server.preflight(overlap: .hours(1)).map(\.code) == codes)
        }
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        let client = try await practice.client("gravitee")
        let server = try await gravitee(client)
        let id = try #require(try await server.credentials(knowing: KnownSecrets()).first?.id)
        for survivor in [client.secret, Practice.secret()] {
            let error = await adapterError { try await server.delete(id, keeping: survivor) }
            #expect(error?.code == "gravitee-survivor-not-accepted")
        }
        _ = try await server.create(nil, label: "l")
        let error = await adapterError { try await server.delete(id, keeping: Practice.secret()) }
        #expect(error?.code == "gravitee-survivor-not-accepted")
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    @Test func `the wrong domain, admin and application are told apart`() async throws {
        let client = try await practice.client("gravitee")
        let elsewhere = try await gravitee(client, ["gateway": .text(practice["PRACTICE_URL"])])
        #expect(await adapterError { _ = try await elsewhere.identity() } != nil)
        let other = try await gravitee(client, ["issuer": "https://auth.example/other/oidc"])
        let identity = await adapterError { _ = try await other.identity() }
        #expect(identity?.kind == .wrongTarget && identity?.code == "gravitee-other-issuer")
        let intruder = try await gravitee(
            client, ["admin": .group(["token": "env:WRONG"])], ["WRONG": "nobody"])
        let denied = await adapterError { _ = try await intruder.create(nil, label: "l") }
        #expect(denied?.kind == .unauthorized)
        let stranger = try await gravitee(client, ["application": "nobody"])
        let findings = try await stranger.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["gravitee-not-found"])
    }

    @Test func `preflight names another client, another method and a full list`() async throws {
        let client = try await practice.client("gravitee")
        let other = try await practice.client("gravitee")
        let report = try await practice.control("GET", "clients/\(other.id)")
        let application = try #require(try report.node(at: ["internal_id"])?.text)
        let server = try await gravitee(
            client,
            [
                "application": .text(application),
                "token_endpoint_auth_method": "client_secret_post",
            ])
        for number in 2...10 { _ = try await server.create(nil, label: "l\(number)") }
        #expect(
            try await server.preflight(overlap: .hours(1)).map(\.code) == [
                "gravitee-limit-reached", "gravitee-other-client", "gravitee-other-auth-method",
            ])
    }

    @Test func `the least rights are enough, and preflight says what it could not see`()
        async throws
    {
        let client = try await practice.client("gravitee")
        let server = try await gravitee(
            client, ["admin": .group(["token": "env:GRAVITEE_LEAST_TOKEN"])])
        let findings = try await server.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["gravitee-client-unread"])
        #expect(findings.map(\.severity) == [.warning])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
    }

    @Test func `what is shown of an application without the right to more is enough`() throws {
        let text = #"{"id":"a","name":"n","enabled":true,"settings":{}}"#
        let shown = try JSONDecoder().decode(GraviteeApplication.self, from: Data(text.utf8))
        #expect(shown.oauth == nil && shown.enabled == true)
    }
}
