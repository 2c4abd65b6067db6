import AdapterContracts
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// The store at a real Barbican behind a real Keystone, as an application credential that may do
/// no more than the store's page says.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 starts a Barbican"),
    .serialized, .realServer("barbican"), .realServer("vendor-clients")) struct RealBarbicanTests
{
    private let server: RealServerProcess
    private let ground: CloudGround

    init() throws {
        server = try #require(WithRealServer.named["barbican"])
        ground = CloudGround(
            .barbican,
            server.values.merging([
                "BARBICAN_URL": server["URL"], "BARBICAN_ADMIN_TOKEN": server["HOLDOVER_TOKEN"],
            ]) { $1 })
    }

    private var application: [String: SettingValue] {
        [
            "keystone": .text(server["KEYSTONE_URL"]),
            "application_credential": .text(server["CREDENTIAL_ID"]),
            "secret": "env:CREDENTIAL_SECRET",
        ]
    }

    private func settings(_ name: String, _ more: [String: SettingValue] = [:])
        -> [String: SettingValue]
    {
        ["secret": .text(name), "auth": .group(application)].merging(more) { $1 }
    }

    // A call takes a quarter of a second there.
    @Test(arguments: [StoreForm.all[0], StoreForm.all[2]])
    func `the store keeps its contract, whichever call is cut`(form: StoreForm) async throws {
        let name = try await ground.make(form.holding("initial"))
        let values = settings(name, form.settings)
        let contract = SecretStoreContract(
            try await ground.store(values),
            cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try await ground.versions(of: name).count },
            writeElsewhere: { try await ground.put(form.holding($0), in: name) })
        #expect(await contract.violations() == [])
    }

    @Test func `OpenStack's own client reads what was written, and is seen`() async throws {
        let name = try await ground.make("old")
        let clients = try #require(WithRealServer.named["vendor-clients"])
        let client = VendorClient(.barbican, server.values.merging(clients.values) { $1 })
        try await client.agree(with: try await ground.store(settings(name)), on: name)
    }

    @Test func `a user with a password, and a token, do as well`() async throws {
        let name = try await ground.make("old")
        let user: [String: SettingValue] = [
            "keystone": .text(server["KEYSTONE_URL"]), "user": "holdover",
            "password": "env:HOLDOVER_PASSWORD", "project": "admin",
        ]
        for auth in [user, ["token": "env:HOLDOVER_TOKEN"]] {
            let store = try await ground.store(settings(name, ["auth": .group(auth)]))
            #expect(try await store.preflight().isEmpty)
            try await store.replace(with: "new")
        }
        #expect(try await ground.versions(of: name).count == 3)
    }

    @Test func `what a secret is besides its value stays, in either form`() async throws {
        let name = try await ground.make(
            "old",
            #","secret_type":"passphrase","algorithm":"a","mode":"m","bit_length":256,"#
                + #""expiration":"2099-12-31T00:00:00""#)
        let store = try await ground.store(settings(name))
        #expect(try await store.preflight().map(\.code) == ["barbican-expires"])
        for value in ["new", "old"] { try await store.replace(with: value) }
        let newest = try await ground.newest(name)
        for (member, value) in [
            ("secret_type", "passphrase"), ("algorithm", "a"), ("mode", "m"),
            ("expiration", "2099-12-31T00:00:00"),
        ] {
            #expect(try newest.node(at: [member])?.text == value, "\(member)")
        }
        #expect(try await ground.text(of: name) == "old")
        let bytes = "billing-\(UUID().uuidString)"
        let text = " {\"s\": \"old\"}\n"
        try await ground.ask(
            "POST", "/v1/secrets",
            #"{"name":"\#(bytes)","payload":"\#(Data(text.utf8).base64EncodedString())","#
                + #""payload_content_type":"application/octet-stream","#
                + #""payload_content_encoding":"base64"}"#)
        let other = try await ground.store(settings(bytes, ["field": "s"]))
        for value in ["new", "old"] { try await other.replace(with: value) }
        let id = try #require(try await ground.versions(of: bytes).last)
        let held = try await ground.barbicanPayload(id, as: "application/octet-stream")
        #expect(held == Array(text.utf8))
    }

    @Test func `what would be lost is seen, and then nothing is written`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(settings(name))
        let id = try #require(try await ground.versions(of: name).first)
        try await ground.ask(
            "POST", "/v1/secrets/\(id)/consumers",
            #"{"service":"octavia","resource_type":"loadbalancers","#
                + #""resource_id":"11111111-1111-1111-1111-111111111111"}"#)
        try await ground.ask("PUT", "/v1/secrets/\(id)/metadata", #"{"metadata":{"a":"b"}}"#)
        #expect(
            try await store.preflight().map(\.code) == ["barbican-consumers", "barbican-metadata"])
        try await ground.ask(
            "PUT", "/v1/secrets/\(id)/acl",
            #"{"read":{"project-access":true,"users":["somebody"]}}"#)
        let cut = await adapterError { try await store.replace(with: "new") }
        #expect(cut?.code == "barbican-private" && cut?.kind == .refused)
        let edges = try await ground.store(settings(try await ground.make("old")))
        let error = await adapterError { try await edges.replace(with: " new") }
        #expect(error?.code == "barbican-edges")
        let long = await adapterError {
            try await edges.replace(with: String(repeating: "x", count: 20_001))
        }
        #expect(long?.code == "barbican-too-big" && long?.kind == .refused)
    }

    @Test func `an empty secret, a missing one and people without rights are told apart`()
        async throws
    {
        let empty = "billing-\(UUID().uuidString)"
        try await ground.ask("POST", "/v1/secrets", #"{"name":"\#(empty)"}"#)
        for (name, code) in [(empty, "no-payload"), ("nowhere", "not-found")] {
            let store = try await ground.store(settings(name))
            #expect(try await store.preflight().map(\.code) == ["barbican-\(code)"])
        }
        let name = try await ground.make("old")
        for (token, code) in [("STRANGER_TOKEN", "forbidden"), ("URL", "unauthorized")] {
            let auth = SettingValue.group(["token": .text("env:\(token)")])
            let store = try await ground.store(settings(name, ["auth": auth]))
            #expect(try await store.preflight().map(\.code) == ["barbican-\(code)"])
        }
        let auth = application.merging(["secret": "env:STRANGER_PASSWORD"]) { $1 }
        let store = try await ground.store(settings(name, ["auth": .group(auth)]))
        #expect(try await store.preflight().map(\.code) == ["barbican-login-refused"])
    }

    @Test func `names that are only alike are somebody else's`() async throws {
        let name = try await ground.make("old")
        for other in [name.uppercased(), name.replacing("-", with: "x")] {
            try await ground.put("theirs", in: other)
        }
        let wild = name.replacing("-", with: "_")
        try await ground.put("ours", in: wild)
        try await ground.put("theirs", in: name)
        let store = try await ground.store(settings(wild))
        #expect(try await store.read()?.secret?.matches(ClientSecret("ours")) == true)
    }
}
