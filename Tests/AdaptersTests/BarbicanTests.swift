import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct BarbicanTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.barbican, practice.values)
    }

    private func store(_ name: String, over http: (any HTTPClient)? = nil) async throws
        -> any SecretStore
    {
        try await ground.store(["secret": .text(name)], over: http)
    }

    @Test func `what a secret is besides its value stays, and the old secret too`() async throws {
        let name = try await ground.make(
            #"{"s":"old","x":[1.50]}"#,
            #","secret_type":"passphrase","algorithm":"a \"b\"","mode":"m","bit_length":256,"#
                + #""expiration":"2099-12-31T00:00:00""#)
        let old = try await ground.versions(of: name)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == ["barbican-expires"])
        try await store.replace(with: "new")
        let newest = try await ground.newest(name)
        for (member, value) in [
            ("name", name), ("secret_type", "passphrase"), ("algorithm", #"a "b""#), ("mode", "m"),
            ("expiration", "2099-12-31T00:00:00"),
        ] {
            #expect(try newest.node(at: [member])?.text == value, "\(member)")
        }
        #expect(String(decoding: newest.bytes, as: UTF8.self).contains(#""bit_length":256"#))
        #expect(try await ground.text(of: name) == #"{"s":"new","x":[1.50]}"#)
        #expect(try await ground.text(of: name, at: old[0]) == #"{"s":"old","x":[1.50]}"#)
    }

    @Test func `bytes stay bytes, with the white space at their ends`() async throws {
        let name = "billing-\(UUID().uuidString)"
        let text = " {\"s\": \"old\"}\n"
        try await ground.ask(
            "POST", "/v1/secrets",
            #"{"name":"\#(name)","payload":"\#(Data(text.utf8).base64EncodedString())","#
                + #""payload_content_type":"application/octet-stream","#
                + #""payload_content_encoding":"base64"}"#)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().isEmpty)
        for value in ["new", "old"] { try await store.replace(with: value) }
        let ids = try await ground.versions(of: name)
        #expect(ids.count == 3)
        let type = "application/octet-stream"
        #expect(
            try await ground.barbicanPayload(ids[1], as: type) == Array(" {\"s\": \"new\"}\n".utf8))
        #expect(try await ground.barbicanPayload(ids[2], as: type) == Array(text.utf8))
    }

    @Test func `a text whose ends Barbican would cut off is left alone`() async throws {
        let name = "billing-\(UUID().uuidString)"
        try await ground.ask("POST", "/v1/secrets", #"{"name":"\#(name)"}"#)
        let id = try #require(try await ground.versions(of: name).first)
        let empty = try await store(name)
        #expect(try await empty.preflight().map(\.code) == ["barbican-no-payload"])
        try await ground.barbicanFill(id, with: "{\"s\":\"old\"}\n")
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == ["barbican-edges"])
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.code == "barbican-edges" && error?.kind == .refused)
        let whole = try await self.store(try await ground.make("old"))
        for value in [" new", "new "] {
            let error = await adapterError { try await whole.replace(with: value) }
            #expect(error?.code == "barbican-edges" && error?.kind == .refused)
        }
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `bytes that are no text are left alone`() async throws {
        let name = "billing-\(UUID().uuidString)"
        try await ground.ask(
            "POST", "/v1/secrets",
            #"{"name":"\#(name)","payload":"/w==","#
                + #""payload_content_type":"application/octet-stream","#
                + #""payload_content_encoding":"base64"}"#)
        #expect(try await store(name).preflight().map(\.code) == ["barbican-binary"])
    }

    @Test func `names that are only alike are somebody else's`() async throws {
        let name = try await ground.make("old")
        let wild = name.replacing("-", with: "_")
        for other in [name.uppercased(), "x\(name)"] { try await ground.put("theirs", in: other) }
        try await ground.put("ours", in: wild)
        try await ground.put("theirs", in: name)
        #expect(try await store(wild).read()?.secret?.matches(ClientSecret("ours")) == true)
        let store = try await store(name)
        #expect(try await store.read()?.secret?.matches(ClientSecret("theirs")) == true)
        try await store.replace(with: "new")
        #expect(try await ground.text(of: name) == "new")
    }

    @Test func `others' lists of who may read, consumers and metadata are seen`() async throws {
        let name = try await ground.make("old")
        let store = try await store(name)
        #expect(try await store.preflight().isEmpty)
        let id = try #require(try await ground.versions(of: name).first)
        try await ground.ask(
            "POST", "/v1/secrets/\(id)/consumers",
            #"{"service":"octavia","resource_type":"loadbalancers","#
                + #""resource_id":"11111111-1111-1111-1111-111111111111"}"#)
        try await ground.ask("PUT", "/v1/secrets/\(id)/metadata", #"{"metadata":{"a":"b"}}"#)
        let findings = try await store.preflight()
        #expect(findings.map(\.code) == ["barbican-consumers", "barbican-metadata"])
        #expect(findings.allSatisfy { $0.severity == .warning })
        #expect(findings[0].message.contains("octavia"))
        try await ground.ask(
            "PUT", "/v1/secrets/\(id)/acl",
            #"{"read":{"project-access":true,"users":["somebody"]}}"#)
        #expect(try await store.preflight().map(\.code).first == "barbican-private")
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.code == "barbican-private" && error?.kind == .refused)
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `a full project is seen, and what it refuses has no effect`() async throws {
        let name = try await ground.make("old")
        let store = try await store(name)
        let document = try await ground.ask("GET", "/v1/secrets?limit=1")
        guard case .number(let digits)? = try document.node(at: ["total"]) else {
            Issue.record("no total")
            return
        }
        let count = try #require(Int(String(decoding: document.bytes[digits], as: UTF8.self)))
        for (room, severity) in [
            (2, nil), (1, Finding.Severity.warning), (0, .problem),
        ] as [(Int, Finding.Severity?)] {
            try await practice.control(
                "PUT", "settings", #"{"barbican_quota":\#(count + room)}"#)
            #expect(try await store.preflight().map(\.severity) == [severity].compactMap { $0 })
        }
        let error = await adapterError { try await store.replace(with: "new") }
        try await practice.control("PUT", "settings", #"{"barbican_quota":-1}"#)
        #expect(error?.code == "barbican-quota" && error?.kind == .refused)
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `what is too long is refused by the service`() async throws {
        let name = try await ground.make("old")
        let store = try await store(name)
        let error = await adapterError {
            try await store.replace(with: String(repeating: "x", count: 20_001))
        }
        #expect(error?.code == "barbican-too-big" && error?.kind == .refused)
        try await store.replace(with: String(repeating: "x", count: 20_000))
        #expect(try await ground.versions(of: name).count == 2)
    }

    @Test func `a list of many pages is read to its end`() async throws {
        let name = try await ground.make("0")
        for number in 1..<120 { try await ground.put("\(number)", in: name) }
        let store = try await store(name)
        try await store.replace(with: "new")
        #expect(try await ground.versions(of: name).count == 121)
        #expect(try await ground.text(of: name) == "new")
    }
}
