import Foundation
import RotationCore
import Testing

@testable import Adapters

/// A workload that administers Entra's applications: its token is a file that others replace.
@Suite(.practice, .serialized) struct EntraWorkloadTests {
    private let practice: Practice
    private let scratch: ScratchDirectory
    private static let workload = "system:serviceaccount:ops:holdover"

    init() throws {
        practice = try #require(Practice.current)
        scratch = try ScratchDirectory()
    }

    private func token(_ more: String = "", of subject: String = workload) async throws -> String {
        let made = try await practice.control(
            "POST", "workload-tokens", #"{"subject":"\#(subject)"\#(more)}"#)
        return try #require(try made.node(at: ["token"])?.text)
    }

    /// An application that administers, without anybody knowing a secret of it.
    private func admin() async throws -> String {
        try await practice.client(
            "entra",
            #","federated_subject":"\#(Self.workload)","grants":["Application.ReadWrite.OwnedBy"]"#
        ).id
    }

    private func plan(_ admin: [String: SettingValue], _ client: String) -> Plan {
        let settings: [String: SettingValue] = [
            "url": .text(practice["ENTRA_URL"]), "authority": .text(practice["ENTRA_AUTHORITY"]),
            "tenant": .text(practice["ENTRA_TENANT"]), "admin": .group(admin),
        ]
        return Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client),
            server: .of("entra", settings), stores: [])
    }

    private func plan() async throws -> Plan {
        plan(
            [
                "client_id": .text(try await admin()),
                "federated_token": .text("file:\(scratch.at("token"))"),
            ], try await practice.client("entra").id)
    }

    @Test func `the file of a token is read anew, so that who replaces it is heard`() async throws {
        let (plan, registry) = (try await plan(), practice.registry())
        let first = try await token()
        try scratch.write(first, to: "token")
        let before = try await registry.server(of: plan)
        #expect(try await before.preflight(overlap: .hours(1)).map(\.code) == [])

        // The token is over, and so is the access token that it bought.
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":3700000}"#)
        let over = await adapterError { _ = try await before.create(nil, label: "l") }
        #expect(over?.kind == .unauthorized)
        #expect(over?.message.contains("AADSTS700024") == true)
        #expect(over?.message.contains(first) == false)

        try scratch.write(try await token(), to: "token")
        let after = try await registry.server(of: plan)
        #expect(try await after.preflight(overlap: .hours(1)).map(\.code) == [])
        let made = try await after.create(nil, label: "l")
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":0}"#)
        #expect(made.secret != nil)
    }

    @Test(arguments: [
        ("system:serviceaccount:ops:other", "", "AADSTS700213"),
        (workload, #","audience":"api://elsewhere""#, "AADSTS700212"),
        (workload, #","lifetime":-1"#, "AADSTS700024"),
    ])
    func `a token that isn't trusted is refused in Entra's own words`(
        subject: String, more: String, number: String
    ) async throws {
        let plan = try await plan()
        try scratch.write(try await token(more, of: subject), to: "token")
        let server = try await practice.registry().server(of: plan)
        let refused = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(refused?.kind == .unauthorized)
        #expect(refused?.code == "entra-login-refused")
        #expect(refused?.message.contains(number) == true)
    }

    @Test func `a token of nobody's making is refused`() async throws {
        let plan = try await plan()
        try scratch.write("eyJhbGciOiJub25lIn0.e30.", to: "token")
        let server = try await practice.registry().server(of: plan)
        let refused = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(refused?.message.contains("AADSTS50013") == true)
    }

    @Test func `a token that everybody can read is told of, and a secret is refused`()
        async throws
    {
        let client = try await practice.client("entra").id
        try scratch.write(try await token(), to: "token", mode: 0o644)
        let file = SettingValue.text("file:\(scratch.at("token"))")
        let projected = plan(["client_id": "a", "federated_token": file], client)
        let found = try await practice.registry().server(of: projected)
            .preflight(overlap: .hours(1))
        #expect(found.map(\.code).contains("entra-reference-shared"))
        let secret = plan(["client_id": "a", "client_secret": file], client)
        let refused = await adapterError { _ = try await practice.registry().server(of: secret) }
        #expect(refused?.code == "entra-reference-refused")
    }

    @Test func `a secret and a token exclude each other, and one must be there`() async throws {
        let client = try await practice.client("entra").id
        let both: [String: SettingValue] = [
            "client_id": "a", "federated_token": "env:T", "client_secret": "env:S",
        ]
        for admin in [both, ["client_id": "a"]] {
            let refused = await adapterError {
                _ = try await practice.registry(["T": "t", "S": "s"])
                    .server(of: plan(admin, client))
            }
            #expect(refused?.code == "entra-setting-invalid")
        }
    }
}
