import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct KubernetesStoreTests {
    private let practice: Practice
    private let ground: KubernetesGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.cluster
    }

    static let fields: [String: SettingValue] = [
        "field": "secret", "client_id_field": "id", "candidate_field": "next",
    ]

    /// The suite of what every store promises, at whichever cluster.
    static func violations(
        of settings: [String: SettingValue], on ground: KubernetesGround, named name: String? = nil
    ) async throws -> [String] {
        let key = settings.isEmpty ? "client_secret" : "secret"
        let name =
            if let name { name } else {
                try await ground.makeSecret([key: "initial", "other": "stays"])
            }
        let values = settings.merging(["secret": .text(name)]) { $1 }
        let contract = SecretStoreContract(
            try await ground.store(values), cutting: { try await ground.cutStore(values, at: $0) },
            writeElsewhere: { try await ground.put([key: $0], in: name) })
        let violations = await contract.violations()
        let other = try await ground.value("other", of: name)
        return violations + (other == "stays" ? [] : ["another key was changed"])
    }

    @Test(arguments: [[:], fields] as [[String: SettingValue]])
    func `the store keeps its contract, whichever call is cut`(
        settings: [String: SettingValue]
    ) async throws {
        #expect(try await Self.violations(of: settings, on: ground) == [])
    }

    @Test func `a write sends nothing but what changes, and says which version it replaces`()
        async throws
    {
        let name = try await ground.makeSecret(
            ["client_secret": "old", "other": "stays"], #","type":"example.com/odd""#)
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let store = try await ground.store(["secret": .text(name)], over: recorder)
        let version = try await store.read()?.version
        try await store.write(ClientSecret("new"), replacing: version)
        let patches = recorder.exchanges.map(\.request).filter { $0.method == "PATCH" }
        #expect(patches.count == 1 && patches.first?.attempts == .one)
        #expect(patches.first?.url.hasSuffix("/\(name)?fieldManager=holdover") == true)
        #expect(
            String(decoding: patches.first?.body ?? [], as: UTF8.self)
                == #"{"metadata":{"resourceVersion":"\#(version?.rawValue ?? "")"},"#
                + #""data":{"client_secret":"bmV3"}}"#)
        #expect(try await ground.text(of: name, ["type"]) == "example.com/odd")
        #expect(try await ground.value("other", of: name) == "stays")
    }

    @Test func `whoever is faster between look and write wins`() async throws {
        let (ground, real) = (ground, practice.http)
        let name = try await ground.makeSecret(["client_secret": "old"])
        let interloper = Recorder { request throws(HTTPFailure) in
            if request.method == "PATCH" {
                // Another key is enough: who replaces the whole Secret would lose ours.
                try? await ground.put(["other": "theirs"], in: name)
            }
            return try await real.send(request)
        }
        let store = try await ground.store(["secret": .text(name)], over: interloper)
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("ours"), replacing: version)
        }
        #expect(error?.kind == .conflict && error?.code == "kubernetes-changed")
        #expect(try await ground.value("client_secret", of: name) == "old")
    }

    @Test func `of twenty writers with one version one wins`() async throws {
        let name = try await ground.makeSecret(["client_secret": "old"])
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        let errors = await withTaskGroup(of: AdapterError?.self) { group in
            for index in 0..<20 {
                group.addTask {
                    await adapterError {
                        try await store.write(ClientSecret("writer-\(index)"), replacing: version)
                    }
                }
            }
            return await group.reduce(into: [AdapterError?]()) { $0.append($1) }
        }
        #expect(errors.count { $0 == nil } == 1)
        #expect(errors.allSatisfy { $0 == nil || $0?.kind == .conflict })
    }

    @Test func `an error that may hide a success is unknown, and the next write mends it`()
        async throws
    {
        for (kind, isDone) in [
            ("error_after_effect", true), ("lost_answer", true), ("error_before_effect", false),
            ("html", false),
        ] {
            let name = try await ground.makeSecret(["client_secret": "old"])
            let store = try await ground.store(["secret": .text(name)])
            let version = try await store.read()?.version
            try await practice.fault(kind, method: "PATCH", path: ".*\(name)")
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: version)
            }
            #expect(error?.kind == .unknown, "\(kind)")
            let held = try await ground.value("client_secret", of: name)
            #expect(held == (isDone ? "new" : "old"), "\(kind)")
            try await store.write(ClientSecret("new"), replacing: try await store.read()?.version)
            #expect(try await ground.value("client_secret", of: name) == "new")
        }
    }

    @Test func `what is throttled has no effect and is tried again later`() async throws {
        let name = try await ground.makeSecret(["client_secret": "old"])
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        try await practice.fault("rate_limit", method: "PATCH", path: ".*\(name)")
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == .unavailable(retryAfter: .seconds(1)))
        #expect(error?.code == "kubernetes-rate-limited")
        #expect(try await ground.value("client_secret", of: name) == "old")
    }

    @Test func `an immutable Secret and one that is full are refused before anything is sent`()
        async throws
    {
        let fixed = try await ground.makeSecret(
            ["client_secret": "old"], #","immutable":true"#)
        let full = try await ground.makeSecret(
            ["client_secret": "old", "a": String(repeating: "x", count: 524_284)])
        for (name, code) in [(fixed, "kubernetes-immutable"), (full, "kubernetes-too-big")] {
            let real = practice.http
            let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
            let store = try await ground.store(["secret": .text(name)], over: recorder)
            let version = try await store.read()?.version
            let error = await adapterError {
                try await store.write(ClientSecret("newer"), replacing: version)
            }
            #expect(error?.kind == .refused && error?.code == code)
            #expect(!recorder.exchanges.contains { $0.request.method == "PATCH" })
        }
        // One that the cluster refuses itself is told from others too.
        let late = try await ground.ask(
            "PATCH", "\(KubernetesGround.secrets)/\(fixed)", #"{"data":{"client_secret":"eA=="}}"#,
            type: "application/merge-patch+json")
        #expect(late.status == 422)
        #expect(KubernetesStatus.words(late) == "Invalid; FieldValueForbidden at data")
    }

    @Test func `the cluster's words are not repeated where they hold the Secret`() async throws {
        let name = try await ground.makeSecret(["client_secret": "s3cr3t"])
        let answer = try await ground.ask(
            "PATCH", "\(KubernetesGround.secrets)/\(name)", #"{"data":{"client_secret":"not*b"}}"#,
            type: "application/merge-patch+json")
        #expect(answer.status == 422)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("not*b"))
        let store = try await ground.store(
            ["secret": .text(name)],
            over: OneAnswer(422, String(decoding: answer.body, as: UTF8.self)))
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .refused)
        #expect(
            error?.message == "kubernetes: HTTP 422: Invalid; FieldValueInvalid at patch")
    }

    @Test func `one that was made again is another one`() async throws {
        let name = try await ground.makeSecret(["client_secret": "old"])
        let store = try await ground.store(["secret": .text(name)])
        let identity = try await store.identity()
        #expect(identity.rawValue.hasPrefix("kubernetes:apps/\(name)#"))
        try await ground.put(["client_secret": "new"], in: name)
        #expect(try await store.identity() == identity)
        try await ground.set("DELETE", "\(KubernetesGround.secrets)/\(name)")
        #expect(await adapterError { _ = try await store.read() }?.kind == .missing)
        try await ground.set(
            "POST", KubernetesGround.secrets,
            #"{"metadata":{"name":"\#(name)"},"data":{"client_secret":"b2xk"}}"#)
        #expect(try await store.identity() != identity)
    }
}
