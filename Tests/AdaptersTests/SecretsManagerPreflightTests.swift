import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What `check` says of a secret, and who may do what.
@Suite(.practice, .serialized) struct SecretsManagerPreflightTests {
    private let practice: Practice
    private let ground: AWSGround

    init() throws {
        practice = try #require(Practice.current)
        ground = practice.ground(.secretsManager)
    }

    private func findings(
        _ name: String, _ more: [String: SettingValue] = [:], _ environment: [String: String] = [:]
    ) async throws -> [String] {
        let values = more.merging(["secret": .text(name)]) { $1 }
        let findings = try await ground.store(values, environment).preflight()
        #expect(findings.allSatisfy { $0.severity == .problem })
        return findings.map { $0.code.replacing("aws-secrets-manager-", with: "") }
    }

    @Test func `preflight names what would fail`() async throws {
        #expect(try await findings("billing/nowhere") == ["not-found"])
        #expect(try await findings(try await ground.makeSecret("s")) == [])
        #expect(try await findings(try await ground.makeSecret(nil)) == ["no-value"])
        let json = try await ground.makeSecret(#"{"a":1,"b":"s","b":"t"}"#)
        #expect(try await findings(json, ["field": "c"]) == ["field-missing"])
        #expect(try await findings(json, ["field": "a"]) == ["not-a-string"])
        #expect(try await findings(json, ["field": "b"]) == ["ambiguous"])
        let text = try await ground.makeSecret("no JSON")
        #expect(try await findings(text, ["field": "a"]) == ["malformed"])
        let binary = try await ground.makeSecret(nil, [("SecretBinary", .text("AAEC"))])
        #expect(try await findings(binary) == ["binary"])
        for (key, code) in [
            ("alias/forbidden", "kms-forbidden"), ("alias/disabled", "kms-cannot-decrypt"),
        ] {
            let name = try await ground.makeSecret("s", [("KmsKeyId", .text(key))])
            #expect(try await findings(name) == [code])
        }
        #expect(try await findings(json, [:], ["KEY_ID": "wrong"]) == ["unauthorized"])
        #expect(try await findings(json, [:], ["KEY": "wrong"]) == ["unauthorized"])
    }

    @Test func `a secret that others write is left to them`() async throws {
        let name = try await ground.makeSecret("s")
        let id: AWSAPI.Members = [("SecretId", .text(name))]
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        func refusal() async -> String? {
            await adapterError { try await store.write(ClientSecret("n"), replacing: version) }?
                .code
        }
        try await ground.ask(
            "PutSecretValue",
            id + [
                ("ClientRequestToken", .text(AWSGround.token())), ("SecretString", .text("p")),
                ("VersionStages", .texts(["AWSPENDING"])),
            ])
        #expect(try await findings(name) == ["pending"])
        #expect(await refusal() == "aws-secrets-manager-pending")
        try await store.sweep()
        #expect(try await ground.isPending(name))
        try await ground.ask(
            "RotateSecret", id + [("ClientRequestToken", .text(AWSGround.token()))])
        #expect(try await findings(name) == ["managed-rotation", "pending"])
        #expect(await refusal() == "aws-secrets-manager-managed-rotation")
        try await ground.ask("DeleteSecret", id)
        #expect(try await findings(name).first == "scheduled-for-deletion")
        #expect(await refusal() == "aws-secrets-manager-invalid-request")
        try await ground.ask("RestoreSecret", id)
        #expect(try await ground.secret(name) == "s")
    }

    @Test func `a managed secret and a replica are refused`() async throws {
        let answer = OneAnswer(
            200,
            #"{"ARN":"arn:aws:secretsmanager:eu-west-1:1:secret:a-AbCdEf","Name":"a","#
                + #""OwningService":"appflow","PrimaryRegion":"us-east-1"}"#)
        let store = try await ground.store(["secret": "a"], over: answer)
        #expect(
            try await store.preflight().map(\.code) == [
                "aws-secrets-manager-owned", "aws-secrets-manager-replica",
            ])
    }

    @Test func `the identity is the ARN, and another one is the wrong target`() async throws {
        let name = try await ground.makeSecret("s")
        let store = try await ground.store(["secret": .text(name)])
        let identity = try await store.identity().rawValue
        #expect(identity.hasPrefix("aws-secrets-manager:arn:aws:secretsmanager:eu-west-1:"))
        let arn = String(identity.dropFirst("aws-secrets-manager:".count))
        let byARN = try await ground.store(["secret": .text(arn)])
        #expect(try await byARN.identity() == store.identity())
        #expect(try await byARN.read()?.secret?.matches(ClientSecret("s")) == true)
        let other = OneAnswer(
            200,
            #"{"ARN":"arn:aws:secretsmanager:eu-west-2:1:secret:a-AbCdEf","Name":"a","#
                + #""VersionId":"\#(AWSGround.token())","SecretString":"s"}"#)
        for secret in ["a", arn] {
            let abroad = try await ground.store(["secret": .text(secret)], over: other)
            #expect(await adapterError { _ = try await abroad.identity() }?.kind == .wrongTarget)
            #expect(await adapterError { _ = try await abroad.read() }?.kind == .wrongTarget)
        }
    }

    @Test func `keys with too few rights change nothing that anybody reads`() async throws {
        let name = try await ground.makeSecret("old")
        for key in ["practice-reader", "practice-unlabelling"] {
            let store = try await ground.store(["secret": .text(name)], ["KEY_ID": key])
            let version = try await store.read()?.version
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: version)
            }
            #expect(error?.kind == .unauthorized && error?.code == "aws-secrets-manager-forbidden")
            #expect(try await ground.secret(name) == "old")
        }
        let store = try await ground.store(["secret": .text(name)])
        #expect(try await store.preflight() == [])
        let version = try await store.read()?.version
        try await store.write(ClientSecret("new"), replacing: version)
        // The version that could not be promoted is the one that is now.
        #expect(try await ground.versions(of: name) == 2)
    }

    @Test func `a key that encrypts no longer is told, and nothing is written`() async throws {
        let real = practice.http
        let name = try await ground.makeSecret("old")
        let broken = Recorder { request throws(HTTPFailure) in
            let target = request.headers["X-Amz-Target"] ?? ""
            guard target.hasSuffix("PutSecretValue") else { return try await real.send(request) }
            return HTTPResponse(
                status: 400, headers: [:],
                body: Array(#"{"__type":"EncryptionFailure","Message":"disabled"}"#.utf8))
        }
        let store = try await ground.store(["secret": .text(name)], over: broken)
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == .refused && error?.code == "aws-secrets-manager-kms-cannot-encrypt")
        #expect(error?.provesNoEffect == true)
        #expect(try await ground.secret(name) == "old")
        #expect(try await ground.versions(of: name) == 1)
    }

    @Test(
        arguments: [
            ["region": "eu west"], ["secret": ""], ["field": "a..b"],
            ["candidate_field": "next"], ["client_id_field": "id"],
            ["field": "a", "candidate_field": "b..c"], ["url": "http://aws.example"],
            ["auth": .group(["role_arn": "arn:aws:iam::1:role/r"])],
            ["auth": .group(["access_key_id": "env:KEY_ID"])],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) async throws {
        let error = await adapterError {
            _ = try await ground.store(["secret": "a"].merging(values) { $1 })
        }
        #expect(error?.code == "aws-secrets-manager-setting-invalid")
    }

    @Test func `the id of a version follows from the write, and shows nothing of it`() {
        let token = VersionToken(secret: "arn", version: "v1", held: "old", text: "new")
        #expect(token == VersionToken(secret: "arn", version: "v1", held: "old", text: "new"))
        let others = [
            VersionToken(secret: "arm", version: "v1", held: "old", text: "new"),
            VersionToken(secret: "arn", version: "v2", held: "old", text: "new"),
            VersionToken(secret: "arn", version: "v1", held: "odd", text: "new"),
            VersionToken(secret: "arn", version: "v1", held: "old", text: "newer"),
        ]
        #expect(Set(others + [token]).count == 5)
        #expect((32...64).contains(token.id.utf8.count) && VersionToken.made(token.id))
        #expect(!VersionToken.made(AWSGround.token()))
    }
}
