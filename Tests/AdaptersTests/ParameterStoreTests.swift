import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct ParameterStoreTests {
    private let practice: Practice
    private let ground: AWSGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.ground(.parameterStore)
    }

    @Test(arguments: StoreForm.all)
    func `the store keeps its contract, whichever call is cut`(form: StoreForm) async throws {
        let ground = ground
        let name = try await ground.makeParameter(form.holding("initial"))
        let values = form.settings.merging(["parameter": .text(name)]) { $1 }
        let store = try await ground.store(values)
        #expect(!store.capabilities.comparesAndSets)
        let contract = SecretStoreContract(
            store, cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try #require(Int(try await ground.newestVersion(of: name))) },
            writeElsewhere: {
                try await ground.putParameter(form.holding($0), in: name)
            })
        #expect(await contract.violations() == [])
    }

    @Test func `a label moves with the value, whichever call is cut`() async throws {
        let ground = ground
        let name = try await ground.makeParameter("initial")
        let values: [String: SettingValue] = ["parameter": .text(name), "label": "live"]
        let store = try await ground.store(values)
        #expect(try await store.read() == nil)
        #expect(try await store.preflight().map(\.code) == ["aws-ssm-parameter-no-value"])
        try await ground.label(1, of: name)
        try await ground.putParameter("not live", in: name)
        #expect(try await store.read()?.secret?.matches(ClientSecret("initial")) == true)
        let contract = SecretStoreContract(
            store, cutting: { try await ground.cutStore(values, at: $0) },
            writeElsewhere: { _ in })
        #expect(await contract.violations() == [])
        #expect(try await ground.parameter(name, at: ":1") == "initial")
        #expect(
            try await ground.parameter(name, at: ":live") == (try await ground.parameter(name)))
    }

    @Test(.enabled(if: TrimmedModel.parameterStore != nil, "the vendors' contracts are absent"))
    func `requests and answers fit Amazon's model`() async throws {
        let model = try #require(TrimmedModel.parameterStore)
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let recorded = AWSGround(
            service: .parameterStore, url: ground.url, http: recorder,
            environment: ground.environment)
        let name = try await recorded.makeParameter("initial")
        let contract = SecretStoreContract(try await recorded.store(["parameter": .text(name)])) {
            try await recorded.putParameter($0, in: name)
        }
        #expect(await contract.violations() == [])
        for (label, code) in [("live", nil), ("aws-x", "aws-ssm-parameter-label-refused")] {
            let labelled = try await recorded.store(["parameter": .text(name)])
            let api = try #require(labelled as? ParameterStore).api
            #expect(await adapterError { try await api.move(label, to: 1) }?.code == code)
        }
        let missing = try await recorded.store(["parameter": "/nowhere"])
        #expect(await adapterError { _ = try await missing.read() }?.kind == .missing)
        let calls = recorder.exchanges
        #expect(Set(calls.map(\.response.status)) == [200, 400])
        // The model at hand has three of the four operations.
        let known = calls.filter(model.knows)
        #expect(known.count > 20 && known.count < calls.count)
        for call in known { #expect(model.problems(with: call) == []) }
    }

    @Test func `key, tier, pattern, description and policies stay, and the other bytes`()
        async throws
    {
        let filler = String(repeating: "x", count: 7_000)
        let before = #"{ "s" : "old-secret-0001", "f":"\#(filler)", "b": 1.50 }"#
        let name = try await ground.makeParameter(
            before,
            [
                ("KeyId", .text("alias/ours")), ("Tier", .text("Advanced")),
                ("AllowedPattern", .text("[^;]*")), ("Description", .text("billing's")),
                ("Policies", .text(#"[{"Type":"Expiration","Version":"1.0"}]"#)),
            ])
        let store = try await ground.store(["parameter": .text(name), "field": "s"])
        let findings = try await store.preflight()
        #expect(findings.map(\.code) == ["aws-ssm-parameter-expires"])
        #expect(findings.map(\.severity) == [.warning])
        try await store.replace(with: "new-secret-0002")
        let after = before.replacing("old-secret-0001", with: "new-secret-0002")
        #expect(try await ground.parameter(name) == after)
        for (member, value) in [
            ("KeyId", "alias/ours"), ("Tier", "Advanced"), ("AllowedPattern", "[^;]*"),
            ("Description", "billing's"), ("Type", "SecureString"),
        ] {
            #expect(try await ground.trait(member, of: name) == value)
        }
        #expect(try await store.preflight() == findings)
        let broken = await adapterError { try await store.replace(with: "with;pattern") }
        #expect(broken?.code == "aws-ssm-parameter-pattern-mismatch" && broken?.kind == .refused)
    }

    @Test func `what would not fit is not sent, and the tier isn't changed`() async throws {
        let text = #"{"s":"old","f":"\#(String(repeating: "x", count: 4_000))"}"#
        let name = try await ground.makeParameter(text)
        let store = try await ground.store(["parameter": .text(name), "field": "s"])
        let error = await adapterError {
            try await store.replace(with: String(repeating: "y", count: 90))
        }
        #expect(error?.code == "aws-ssm-parameter-too-big" && error?.kind == .refused)
        try await store.replace(with: String(repeating: "y", count: 70))
        #expect(try await ground.trait("Tier", of: name) == "Standard")
    }

    @Test func `somebody else's write in the last moment is noticed`() async throws {
        let ground = ground
        let name = try await ground.makeParameter("old")
        let real = practice.http
        let interloper = Recorder { request throws(HTTPFailure) in
            if request.headers["X-Amz-Target"]?.hasSuffix("PutParameter") ?? false {
                try? await ground.putParameter("theirs", in: name)
            }
            return try await real.send(request)
        }
        let store = try await ground.store(["parameter": .text(name)], over: interloper)
        let error = await adapterError { try await store.replace(with: "ours") }
        #expect(error?.kind == .unknown && error?.code == "aws-ssm-parameter-overtaken")
        #expect(try await ground.parameter(name) == "ours")
        #expect(try await ground.parameter(name, at: ":2") == "theirs")
    }

    @Test func `a label that somebody moved meanwhile stays where they put it`() async throws {
        let ground = ground
        let name = try await ground.makeParameter("old")
        try await ground.putParameter("theirs", in: name)
        try await ground.label(1, of: name)
        let real = practice.http
        let interloper = Recorder { request throws(HTTPFailure) in
            if request.headers["X-Amz-Target"]?.hasSuffix("PutParameter") ?? false {
                try? await ground.label(2, of: name)
            }
            return try await real.send(request)
        }
        let values: [String: SettingValue] = ["parameter": .text(name), "label": "live"]
        let store = try await ground.store(values, over: interloper)
        let error = await adapterError { try await store.replace(with: "ours") }
        #expect(error?.kind == .conflict && error?.code == "aws-ssm-parameter-changed")
        #expect(try await ground.parameter(name, at: ":live") == "theirs")
        try await ground.store(values).replace(with: "ours")
        #expect(try await ground.parameter(name, at: ":live") == "ours")
        #expect(try await ground.newestVersion(of: name) == "3")
    }

    @Test func `a change before the comparison is a conflict`() async throws {
        let name = try await ground.makeParameter("old")
        let store = try await ground.store(["parameter": .text(name)])
        let version = try await store.read()?.version
        try await ground.putParameter("theirs", in: name)
        for stale in [version, nil] {
            let error = await adapterError {
                try await store.write(ClientSecret("ours"), replacing: stale)
            }
            #expect(error?.kind == .conflict && error?.code == "aws-ssm-parameter-changed")
        }
        #expect(try await ground.parameter(name) == "theirs")
    }

    @Test func `what is throttled has no effect, and an error may hide a success`() async throws {
        let name = try await ground.makeParameter("old")
        let store = try await ground.store(["parameter": .text(name)])
        for operation in ["PutParameter", "GetParameter", "GetParameterHistory"] {
            let version = try await store.read()?.version
            try await practice.fault("rate_limit", method: "POST", path: ".*[.]\(operation)")
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: version)
            }
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(try await ground.parameter(name) == "old")
        }
        try await practice.fault("error_after_effect", method: "POST", path: ".*PutParameter")
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown)
        #expect(try await ground.parameter(name) == "new")
    }

    @Test func `reads that are behind are not taken for what was written`() async throws {
        let name = try await ground.makeParameter("old")
        let store = try await ground.store(["parameter": .text(name)])
        try await practice.control("PUT", "settings", #"{"list_lag_ms":3600000}"#)
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown && error?.code == "aws-ssm-parameter-not-as-written")
        try await practice.control("PUT", "settings", #"{"list_lag_ms":0}"#)
        #expect(try await ground.parameter(name) == "new")
    }

    @Test func `a page with status 200 is no answer to a write`() async throws {
        let name = try await ground.makeParameter("old")
        let store = try await ground.store(["parameter": .text(name)])
        try await practice.fault("html", method: "POST", path: ".*PutParameter")
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown)
        #expect(try await ground.parameter(name) == "old")
    }

    @Test func `a hundred versions are no end, unless the oldest has a label`() async throws {
        let name = try await ground.makeParameter("1")
        for number in 2...100 { try await ground.putParameter("\(number)", in: name) }
        let store = try await ground.store(["parameter": .text(name)])
        try await store.replace(with: "new")
        #expect(try await store.read()?.version.rawValue == "101")
        try await ground.ask(
            "LabelParameterVersion",
            [
                ("Name", .text(name)), ("ParameterVersion", .number(2)),
                ("Labels", .texts(["keep"])),
            ])
        #expect(try await store.preflight().map(\.code) == ["aws-ssm-parameter-version-limit"])
        let error = await adapterError { try await store.replace(with: "newer") }
        #expect(error?.code == "aws-ssm-parameter-version-limit" && error?.kind == .refused)
        #expect(try await ground.parameter(name) == "new")
    }

    @Test func `preflight names what would fail`() async throws {
        func codes(_ name: String, _ more: [String: SettingValue] = [:], _ key: String? = nil)
            async throws -> [String]
        {
            let values = more.merging(["parameter": .text(name)]) { $1 }
            let store = try await ground.store(values, key.map { ["KEY_ID": $0] } ?? [:])
            return try await store.preflight().map {
                $0.code.replacing("aws-ssm-parameter-", with: "")
            }
        }
        let json = try await ground.makeParameter(#"{"a":1}"#)
        #expect(try await codes(json) == [])
        #expect(try await codes(json, [:], "practice-reader") == [])
        #expect(try await codes(json, ["field": "a"]) == ["not-a-string"])
        #expect(try await codes(json, ["field": "b"]) == ["field-missing"])
        #expect(try await codes(json, [:], "wrong") == ["unauthorized"])
        #expect(try await codes("/billing/nowhere") == ["not-found"])
        let open = try await ground.makeParameter("s", type: "String")
        #expect(try await codes(open) == ["not-secure"])
        let error = await adapterError {
            let store = try await ground.store(
                ["parameter": .text(json)], ["KEY_ID": "practice-reader"])
            try await store.replace(with: "new")
        }
        #expect(error?.kind == .unauthorized && error?.code == "aws-ssm-parameter-forbidden")
    }

    @Test func `the right to the key is told from others`() async throws {
        for (body, code) in [
            (
                #"{"__type":"AccessDeniedException","Message":"may not do: kms:Decrypt"}"#,
                "kms-forbidden"
            ),
            (
                #"{"__type":"AccessDeniedException","Message":"The ciphertext refers to a "#
                    + #"customer master key that does not exist, does not exist in this region, "#
                    + #"or you are not allowed to access."}"#, "kms-forbidden"
            ),
            (#"{"__type":"AccessDeniedException","Message":"ssm:GetParameter"}"#, "forbidden"),
            (#"{"__type":"InvalidKeyId","message":"it is disabled"}"#, "kms-key"),
        ] {
            let store = try await ground.store(["parameter": "/a"], over: OneAnswer(400, body))
            let codes = try await store.preflight().map(\.code)
            #expect(codes == ["aws-ssm-parameter-\(code)"])
        }
    }

    @Test func `a parameter of another region is the wrong target`() async throws {
        let other = OneAnswer(
            200,
            #"{"Parameter":{"ARN":"arn:aws:ssm:eu-west-2:1:parameter/a","Name":"/a","#
                + #""Type":"SecureString","Value":"s","Version":1}}"#)
        let store = try await ground.store(["parameter": "/a"], over: other)
        #expect(await adapterError { _ = try await store.identity() }?.kind == .wrongTarget)
        #expect(await adapterError { _ = try await store.read() }?.kind == .wrongTarget)
    }

    @Test(
        arguments: [
            ["parameter": "arn:aws:ssm:eu-west-1:1:parameter/a"], ["parameter": "/a:live"],
            ["parameter": "a b"], ["label": ""], ["label": "1st"], ["label": "a:b"],
            ["region": "-"], ["candidate_field": "next"],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) async throws {
        let error = await adapterError {
            _ = try await ground.store(["parameter": "/a"].merging(values) { $1 })
        }
        #expect(error?.code == "aws-ssm-parameter-setting-invalid")
    }
}
