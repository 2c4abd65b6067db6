import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct SecretsManagerTests {
    private let practice: Practice
    private let ground: AWSGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.ground(.secretsManager)
    }

    @Test(arguments: StoreForm.all)
    func `the store keeps its contract, whichever call is cut`(form: StoreForm) async throws {
        let ground = ground
        let name = try await ground.makeSecret(form.holding("initial"))
        let values = form.settings.merging(["secret": .text(name)]) { $1 }
        let store = try await ground.store(values)
        let contract = SecretStoreContract(
            store,
            cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try await ground.versions(of: name) },
            writeElsewhere: {
                try await ground.putSecret(form.holding($0), in: name)
            })
        #expect(await contract.violations() == [])
        try await store.sweep()
        #expect(try await !ground.isPending(name))
    }

    @Test(.enabled(if: TrimmedModel.secretsManager != nil, "the vendors' contracts are absent"))
    func `requests and answers fit Amazon's model`() async throws {
        let model = try #require(TrimmedModel.secretsManager)
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let recorded = AWSGround(
            service: .secretsManager, url: ground.url, http: recorder,
            environment: ground.environment)
        let name = try await recorded.makeSecret("initial")
        let contract = SecretStoreContract(try await recorded.store(["secret": .text(name)])) {
            try await recorded.putSecret($0, in: name)
        }
        #expect(await contract.violations() == [])
        _ = try await recorded.versions(of: name)
        let missing = try await recorded.store(["secret": "billing/nowhere"])
        #expect(await adapterError { _ = try await missing.read() }?.kind == .missing)
        let calls = recorder.exchanges
        #expect(calls.count > 40)
        #expect(Set(calls.map(\.response.status)) == [200, 400])
        for call in calls { #expect(model.problems(with: call) == []) }
    }

    @Test func `the old secret stays as the previous version, and the other bytes as they were`()
        async throws
    {
        let filler = String(repeating: "\u{FC}", count: 32_000)
        let others = #""big":1234567890123456,"l":[1.50,null],"f":"\#(filler)\u00fc \"q\"""#
        let before = #"{ "client_secret" : "old-secret-0001" , \#(others) }"#
        let name = try await ground.makeSecret(before)
        let store = try await ground.store(["secret": .text(name), "field": "client_secret"])
        #expect(before.utf8.count > 64_000)
        #expect(try await store.preflight().map(\.code) == [])
        try await store.replace(with: "new-secret-0002")
        #expect(
            try await ground.secret(name)
                == before.replacing("old-secret-0001", with: "new-secret-0002"))
        #expect(try await ground.secret(name, at: "AWSPREVIOUS") == before)
        try await store.sweep()
        #expect(try await !ground.isPending(name))
    }

    @Test func `what would not fit is not sent`() async throws {
        let text = #"{"s":"old","f":"\#(String(repeating: "x", count: 65_000))"}"#
        let name = try await ground.makeSecret(text)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == ["aws-secrets-manager-nearly-full"])
        let error = await adapterError {
            try await store.replace(with: String(repeating: "y", count: 600))
        }
        #expect(error?.code == "aws-secrets-manager-too-big" && error?.kind == .refused)
        try await store.replace(with: String(repeating: "y", count: 500))
        #expect(try await ground.versions(of: name) == 2)
    }

    @Test(arguments: ["PutSecretValue", "UpdateSecretVersionStage"])
    func `an error that may hide a success is unknown, and the next write makes no second version`(
        operation: String
    ) async throws {
        for (kind, isDone) in [
            ("error_after_effect", true), ("lost_answer", true), ("error_before_effect", false),
        ] {
            let name = try await ground.makeSecret("old")
            let store = try await ground.store(["secret": .text(name)])
            try await practice.fault(kind, method: "POST", path: ".*\(operation)")
            let error = await adapterError { try await store.replace(with: "new") }
            #expect(error?.kind == .unknown, "\(kind)")
            let isMoved = isDone && operation == "UpdateSecretVersionStage"
            #expect(try await ground.secret(name) == (isMoved ? "new" : "old"), "\(kind)")
            if !isMoved { try await store.replace(with: "new") }
            #expect(try await ground.secret(name) == "new")
            #expect(try await ground.versions(of: name) == 2, "\(kind)")
        }
    }

    @Test func `what is throttled has no effect and is tried again later`() async throws {
        let name = try await ground.makeSecret("old")
        let store = try await ground.store(["secret": .text(name)])
        for operation in ["PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue"] {
            let version = try await store.read()?.version
            try await practice.fault("rate_limit", method: "POST", path: ".*\(operation)")
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: version)
            }
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(error?.code == "aws-secrets-manager-rate-limited")
            #expect(try await ground.secret(name) == "old")
        }
        try await store.replace(with: "new")
        #expect(try await ground.versions(of: name) == 2)
    }

    @Test(arguments: ["PutSecretValue", "UpdateSecretVersionStage"])
    func `a page with status 200 is no answer to a write`(operation: String) async throws {
        let name = try await ground.makeSecret("old")
        let store = try await ground.store(["secret": .text(name)])
        try await practice.fault("html", method: "POST", path: ".*\(operation)")
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown)
        #expect(try await ground.secret(name) == "old")
        try await store.replace(with: "new")
        #expect(try await ground.versions(of: name) == 2)
    }

    @Test func `no error has a secret in it that the service repeats`() async throws {
        let real = practice.http
        let (old, new) = (Practice.secret(), Practice.secret())
        let text = #"{"client_secret":"%"}"#
        let (held, wanted) = (old.withPlaintext { $0 }, new.withPlaintext { $0 })
        let name = try await ground.makeSecret(text.replacing("%", with: held))
        let gossip = Recorder { request throws(HTTPFailure) in
            let target = request.headers["X-Amz-Target"] ?? ""
            guard target.hasSuffix("PutSecretValue") else { return try await real.send(request) }
            let words = "Value '\(held) \(wanted)' at 'secretString' failed"
            return HTTPResponse(
                status: 400, headers: [:],
                body: Array(#"{"__type":"ValidationException","message":"\#(words)"}"#.utf8))
        }
        let store = try await ground.store(
            ["secret": .text(name), "field": "client_secret"], over: gossip)
        let error = await adapterError { try await store.replace(with: wanted) }
        #expect(error?.kind == .refused && error?.code == "aws-secrets-manager-refused")
        #expect(error?.message.contains(held) == false)
        #expect(error?.message.contains(wanted) == false)
    }

    @Test func `whoever is faster between the two changes wins, and nothing of ours is left`()
        async throws
    {
        let ground = ground
        let name = try await ground.makeSecret("old")
        let real = practice.http
        let interloper = Recorder { request throws(HTTPFailure) in
            let target = request.headers["X-Amz-Target"] ?? ""
            if target.hasSuffix("UpdateSecretVersionStage"),
                !String(decoding: request.body ?? [], as: UTF8.self).contains("AWSPENDING")
            {
                try? await ground.putSecret("theirs", in: name)
            }
            return try await real.send(request)
        }
        let store = try await ground.store(["secret": .text(name)], over: interloper)
        let error = await adapterError { try await store.replace(with: "ours") }
        #expect(error?.kind == .conflict && error?.code == "aws-secrets-manager-changed")
        #expect(try await ground.secret(name) == "theirs")
        #expect(try await !ground.isPending(name))
    }

    @Test func `of twenty writers with one version one wins`() async throws {
        let name = try await ground.makeSecret("old")
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
        try await store.sweep()
        #expect(try await !ground.isPending(name))
    }

    @Test func `reads that are behind make nobody write twice`() async throws {
        let name = try await ground.makeSecret("old")
        let store = try await ground.store(["secret": .text(name)])
        try await practice.control("PUT", "settings", #"{"list_lag_ms":3600000}"#)
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown && error?.code == "aws-secrets-manager-not-as-written")
        // The engine's next look may be behind too.
        let again = await adapterError { try await store.replace(with: "new") }
        #expect(again?.kind == .conflict)
        try await practice.control("PUT", "settings", #"{"list_lag_ms":0}"#)
        #expect(try await ground.secret(name) == "new")
        #expect(try await ground.versions(of: name) == 2)
    }

    @Test func `a hundred versions of one day are the end, and the next day goes on`() async throws
    {
        let name = try await ground.makeSecret("0")
        for number in 1..<100 { try await ground.putSecret("\(number)", in: name) }
        let store = try await ground.store(["secret": .text(name)])
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .refused && error?.code == "aws-secrets-manager-version-limit")
        #expect(try await ground.secret(name) == "99")
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":172800000}"#)
        try await store.replace(with: "new")
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":0}"#)
        #expect(try await ground.secret(name) == "new")
    }
}
