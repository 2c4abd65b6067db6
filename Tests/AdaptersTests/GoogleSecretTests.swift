import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct GoogleSecretTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.secretManager, practice.values)
    }

    @Test(.enabled(if: RecordedExchanges.secretManager != nil, "the vendors' contracts are absent"))
    func `requests and answers have the shape of Google's`() async throws {
        let recorded = try #require(RecordedExchanges.secretManager)
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let ground = CloudGround(.secretManager, practice.values, over: recorder)
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        for value in ["one", "two"] { try await store.replace(with: value) }
        _ = try await ground.versions(of: name)
        for verb in ["2:disable", "2:enable", "1:destroy"] {
            try await ground.ask("POST", ground.path(name, "/versions/\(verb)"), "{}")
        }
        for (version, body) in [("1:enable", "{}"), ("2:disable", #"{"etag":"\"stale\""}"#)] {
            let error = await adapterError {
                try await ground.ask("POST", ground.path(name, "/versions/\(version)"), body)
            }
            #expect(error?.kind == .refused)
        }
        #expect(await adapterError { _ = try await ground.text(of: name, at: "1") } != nil)
        #expect(await adapterError { _ = try await ground.text(of: "nowhere") } != nil)
        let corrupt = #"{"payload":{"data":"RkFLRS12Mg==","dataCrc32c":"1"}}"#
        let error = await adapterError {
            try await ground.ask("POST", ground.path(name, ":addVersion"), corrupt)
        }
        #expect(error?.kind == .refused)
        // But for the one that sets the scene, which was recorded with labels.
        let calls = recorder.exchanges.filter { !$0.request.url.contains("secretId=") }
        #expect(calls.count > 20)
        for call in calls {
            #expect(recorded.knows(call), "\(call.request.method) \(call.response.status)")
            #expect(recorded.problems(with: call) == [])
        }
        #expect(Set(calls.map(\.response.status)) == [200, 400, 404])
    }

    @Test func `checksums are those of the standard, and of Google's client`() {
        #expect(CRC32C.of("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.of(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.of("FAKE-v2".utf8) == 123_444_101)
        #expect(CRC32C.of("FAKE-v1".utf8) == 336_291_953)
    }

    @Test func `the old version stays, and the other bytes as they were`() async throws {
        let before = "{ \"s\" : \"old\" , \"big\":1234567890123456,\"u\":\"\u{FC}\\u00fc\"}\n"
        let name = try await ground.make(before)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == [])
        try await store.replace(with: "new")
        #expect(try await ground.text(of: name) == before.replacing("old", with: "new"))
        #expect(try await ground.text(of: name, at: "1") == before)
        let version = try await ground.ask("GET", ground.path(name, "/versions/2"))
        #expect(
            String(decoding: version.bytes, as: UTF8.self)
                .contains(#""clientSpecifiedPayloadChecksum":true"#))
    }

    @Test func `where latest is behind, the newest is found by its number`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        try await practice.control("PUT", "settings", #"{"list_lag_ms":3600000}"#)
        for value in ["one", "two", "three"] {
            try await store.replace(with: value)
            #expect(try await store.read()?.secret?.matches(ClientSecret(value)) == true)
            #expect(try await ground.text(of: name) == "old")
        }
        try await practice.control("PUT", "settings", #"{"list_lag_ms":0}"#)
        #expect(try await ground.text(of: name) == "three")
        #expect(try await ground.versions(of: name).count == 4)
    }

    @Test(arguments: ["disable", "destroy"])
    func `where latest is behind and was disabled since, the newest is found all the same`(
        verb: String
    ) async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        try await practice.control("PUT", "settings", #"{"list_lag_ms":3600000}"#)
        for value in ["one", "two"] { try await ground.put(value, in: name) }
        // What `latest` still is, and one between it and the newest.
        for number in [1, 2] {
            try await ground.ask("POST", ground.path(name, "/versions/\(number):\(verb)"), "{}")
        }
        #expect(await adapterError { _ = try await ground.text(of: name) }?.kind == .refused)
        #expect(try await store.read()?.version.rawValue == "3")
        #expect(try await store.preflight() == [])
        try await store.replace(with: "three")
        try await practice.control("PUT", "settings", #"{"list_lag_ms":0}"#)
        #expect(try await ground.text(of: name) == "three")
    }

    @Test(arguments: ["disable", "destroy"])
    func `a newest version that nobody can read is refused, and an old one doesn't matter`(
        verb: String
    ) async throws {
        let name = try await ground.make("old")
        try await ground.put("newer", in: name)
        let store = try await ground.store(["secret": .text(name)])
        try await ground.ask("POST", ground.path(name, "/versions/1:\(verb)"), "{}")
        try await store.replace(with: "newest")
        try await ground.ask("POST", ground.path(name, "/versions/3:\(verb)"), "{}")
        for lag in [0, 3_600_000] {
            try await practice.control("PUT", "settings", #"{"list_lag_ms":\#(lag)}"#)
            let error = await adapterError { _ = try await store.read() }
            #expect(error?.kind == .refused && error?.code == "gcp-secret-manager-not-enabled")
        }
        try await practice.control("PUT", "settings", #"{"list_lag_ms":0}"#)
        let codes = try await store.preflight().map(\.code)
        #expect(codes == ["gcp-secret-manager-not-enabled"])
    }
}
