import ClientCredentials
import Foundation
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct BuntubiTests {
    private let practice: Practice
    private let ground: BuntubiGround

    init() throws {
        let practice = try #require(Practice.current)
        self.practice = practice
        ground = BuntubiGround(
            url: practice["BUNTUBI_URL"], token: practice["BUNTUBI_LEAST_TOKEN"]
        ) { try await practice.client("buntubi") }
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract, with the least rights`(method: String) async throws {
        try await ground.expectContract(method)
    }

    @Test func `a new secret ends the old one after a day, which is known by how it begins`()
        async throws
    {
        try await ground.expectEndOfOthers()
    }

    @Test func `the list tells which secret was used, and when`() async throws {
        try await ground.expectUseTold()
    }

    @Test func `a new secret is withdrawn only where nobody used it`() async throws {
        try await ground.expectOnlyUnusedWithdrawn()
    }

    @Test func `the secret that must stay is never deleted`() async throws {
        try await ground.expectSurvivor()
    }

    @Test func `the wrong token, app and overlap are told apart`() async throws {
        try await ground.expectMistakesToldApart()
    }

    @Test func `after a lost answer the list shows what was made, which can go`() async throws {
        let client = try await practice.client("buntubi")
        let server = try await ground.server(client.id)
        for (kind, isMade) in [
            ("lost_answer", true), ("error_after_effect", true), ("error_before_effect", false),
        ] {
            try await practice.fault(kind, method: "POST", path: ".*/secrets")
            let error = await adapterError { _ = try await server.create(nil, label: "l") }
            #expect(error?.kind == .unknown, "\(kind)")
            let listed = try await server.credentials(knowing: KnownSecrets(old: client.secret))
            #expect(listed.count == (isMade ? 2 : 1), "\(kind)")
            for lost in listed where lost.isOther {
                try await server.delete(lost.id, keeping: client.secret)
            }
        }
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `several secrets without an end are in the way, and what is over isn't listed`()
        async throws
    {
        let client = try await practice.client("buntubi")
        let server = try await ground.server(client.id)
        _ = try await server.create(nil, label: "l")
        #expect(try await server.preflight(overlap: .hours(1)).isEmpty)
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":86500000}"#)
        #expect(try await server.credentials(knowing: KnownSecrets()).count == 1)
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":0}"#)
        let several = buntubi(
            Self.page(secrets: [Self.entry("1", "cs_aaaaaaa"), Self.entry("2", "cs_bbbbbbb")]))
        let findings = try await several.preflight(overlap: .hours(1))
        #expect(findings.map(\.code) == ["buntubi-several-secrets"])
    }

    @Test func `preflight names what keeps an app from being rotated`() async throws {
        let app = buntubi(
            Self.page(
                role: "member", portal: #""viewer""#,
                more: #""client_type":"public","#
                    + #""disabled":true,"grant_types":[]"#, secrets: []))
        #expect(
            try await app.preflight(overlap: .hours(1)).map(\.code) == [
                "buntubi-no-right", "buntubi-not-confidential", "buntubi-disabled",
                "buntubi-grant-missing", "buntubi-no-secret",
            ])
    }

    @Test func `secrets that begin alike are told apart by nothing`() async throws {
        let old = ClientSecret("cs_aaaaaaa-and-more")
        let twins = buntubi(
            Self.page(secrets: [Self.entry("1", "cs_aaaaaaa"), Self.entry("2", "cs_aaaaaaa")]))
        let listed = try await twins.credentials(knowing: KnownSecrets(old: old))
        #expect(listed.map(\.holds) == [nil, nil] && listed.map(\.isOther) == [false, false])
        let short = buntubi(Self.page(secrets: [Self.entry("1", "cs_a")]))
        let one = try await short.credentials(knowing: KnownSecrets(old: old))
        #expect(one.map(\.holds) == [nil] && one.map(\.isOther) == [false])
    }

    @Test(arguments: [
        ("2026-11-28T07:49:49.099007+00:00", 1_795_852_189_099),
        ("2026-11-28T08:49:49+01:00", 1_795_852_189_000),
        ("2026-11-28T04:19:49.5-03:30", 1_795_852_189_500),
        ("2026-11-28T07:49:49Z", 1_795_852_189_000),
    ])
    func `times have an offset`(text: String, milliseconds: Int64) {
        #expect(BuntubiSecret.moment(text) == Instant(milliseconds: milliseconds))
        #expect(BuntubiSecret.moment("\(text)x") == nil)
    }

    private func buntubi(_ body: String) -> Buntubi {
        let http = OneAnswer(200, body)
        let login = AdminLogin(
            adapter: "buntubi", proof: .fixed(scheme: "Bearer", ClientSecret("t")), findings: [])
        return Buntubi(
            api: BuntubiAPI(
                admin: AdminAPI(
                    address: "https://a.example", caFile: nil, login: login, http: http
                ) { _ in nil }, clientID: "app_1"),
            probe: TokenProbe(
                adapter: "buntubi", endpoint: TokenEndpoint(url: "https://a.example/oauth/token"),
                clientID: "app_1", method: .basic, http: http, isRefusal: { _, _ in true }),
            issuer: "https://a.example", need: .hours(1), isExclusive: true)
    }

    private static func page(
        role: String = "owner", portal: String = "null",
        more: String = #""client_type":"confidential","disabled":false,"#
            + #""grant_types":["client_credentials"]"#, secrets: [String]
    ) -> String {
        let listed = secrets.joined(separator: ",")
        return #"{"app":{"client_id":"app_1",\#(more),"secrets":[\#(listed)]},"#
            + #""role":"\#(role)","portal_role":\#(portal)}"#
    }

    private static func entry(_ id: String, _ prefix: String) -> String {
        #"{"id":"\#(id)","prefix":"\#(prefix)","created_at":"2026-11-27T07:49:49+00:00","#
            + #""last_used_at":null,"expires_at":null,"active":true}"#
    }
}
