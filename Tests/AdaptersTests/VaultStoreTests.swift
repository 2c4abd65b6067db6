import AdapterContracts
import Crypto
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"), .openBao)
struct VaultStoreTests {
    private let bao: OpenBao
    /// A document that no other test uses.
    private let path = "holdover/\(UUID().uuidString)"

    init() throws { bao = try #require(OpenBao.current) }

    private func document() async throws -> String {
        String(decoding: try await bao.ask("GET", "secret/data/\(path)").body, as: UTF8.self)
    }

    private func put(_ data: String) async throws {
        try await bao.ask("POST", "secret/data/\(path)", "{\"data\":\(data)}")
    }

    @Test func `the store keeps its contract, whichever call is cut`() async throws {
        let (bao, path) = (bao, path)
        let values: [String: SettingValue] = [
            "path": .text(path), "client_id_field": "client_id", "candidate_field": "next",
        ]
        try await put(#"{"client_secret":"initial","client_id":"blue"}"#)
        let store = try await bao.store(values)
        let contract = SecretStoreContract(
            store,
            cutting: { cut in
                let http = CutHTTP(bao.http, at: cut)
                return CutStore(try await bao.store(values, over: http)) { http.isReached }
            },
            versions: {
                let held = try await bao.ask("GET", "secret/metadata/\(path)").body
                let range = try JSONDocument(held).node(at: ["data", "current_version"])?.range
                let spelled = String(decoding: held[try #require(range)], as: UTF8.self)
                return try #require(Int(spelled))
            },
            writeElsewhere: {
                try await bao.ask(
                    "POST", "secret/data/\(path)", "{\"data\":{\"client_secret\":\"\($0)\"}}")
            })
        #expect(await contract.violations() == [])
    }

    @Test func `the other fields stay as they were`() async throws {
        let others = #""big":1234567890123456,"list":[1.50,null,{"client_secret":"inner"}]"#
        try await put(#"{"client_secret":"old",\#(others),"ü":"\u00fc \"q\""}"#)
        let before = try await document()
        let store = try await bao.store(["path": .text(path)])
        let version = try await store.read()?.version
        try await store.write(ClientSecret("new"), replacing: version)
        let after = try await document()
        #expect(after.contains(#""client_secret":"new""#))
        let data = { (text: String) in
            try #require(try JSONDocument(Array(text.utf8)).node(at: ["data", "data"])).range
        }
        let (old, new) = (
            Array(before.utf8)[try data(before)], Array(after.utf8)[try data(after)]
        )
        #expect(
            String(decoding: old, as: UTF8.self).replacing("\"old\"", with: "\"new\"")
                == String(decoding: new, as: UTF8.self))
    }

    @Test func `the client_id is written in the same version as the secret`() async throws {
        try await put(#"{"client_secret":"one","client_id":"blue","x":1.5}"#)
        let store = try await bao.store(["path": .text(path), "client_id_field": "client_id"])
        #expect(store.capabilities.holdsClientID)
        let before = try #require(try await store.read())
        #expect(before.client?.rawValue == "blue")
        let green = ClientID(rawValue: "green")
        try await store.write(
            StoreContent(ClientSecret("two"), client: green), replacing: before.version)
        let after = try #require(try await store.read())
        #expect(after.client == green && after.secret?.matches(ClientSecret("two")) == true)
        #expect(after.version == StoreVersion(rawValue: "2"))
        #expect(try await document().contains(#""x":1.5"#))
    }

    @Test func `the candidate is written in the same version as the secret`() async throws {
        try await put(#"{"client_secret":"one","x":1.5}"#)
        let store = try await bao.store(["path": .text(path), "candidate_field": "next"])
        #expect(store.capabilities.holdsCandidate)
        let before = try #require(try await store.read())
        #expect(before.candidate == nil)
        try await store.write(
            StoreContent(ClientSecret("one"), candidate: ClientSecret("two")),
            replacing: before.version)
        let after = try #require(try await store.read())
        #expect(after.secret?.matches(ClientSecret("one")) == true)
        #expect(after.candidate?.matches(ClientSecret("two")) == true)
        #expect(after.version == StoreVersion(rawValue: "2"))
        #expect(try await document().contains(#""x":1.5"#))
    }

    @Test func `a document that never was is made`() async throws {
        let store = try await bao.store(["path": .text(path)])
        #expect(try await store.read() == nil)
        try await store.write(ClientSecret("first"), replacing: nil)
        #expect(try await store.read()?.version == StoreVersion(rawValue: "1"))
        let error = await adapterError {
            try await store.write(ClientSecret("again"), replacing: nil)
        }
        #expect(error?.kind == .conflict)
    }

    @Test func `a field is added beside others`() async throws {
        try await put(#"{"client_id":"billing"}"#)
        let store = try await bao.store(["path": .text(path), "field": "other \"field\""])
        #expect(try await store.read() == nil)
        try await store.write(ClientSecret("new"), replacing: nil)
        #expect(try await store.read()?.secret?.matches(ClientSecret("new")) == true)
        #expect(try await document().contains(#""client_id":"billing""#))
    }

    @Test func `a deleted version is no value, and the next one goes on counting`() async throws {
        try await put(#"{"client_secret":"old"}"#)
        try await bao.ask("DELETE", "secret/data/\(path)")
        let store = try await bao.store(["path": .text(path)])
        #expect(try await store.read() == nil)
        try await store.write(ClientSecret("new"), replacing: nil)
        #expect(try await store.read()?.version == StoreVersion(rawValue: "2"))
        try await bao.ask("POST", "secret/destroy/\(path)", #"{"versions":[2]}"#)
        #expect(try await store.read() == nil)
    }

    @Test func `a field that is no text is refused`() async throws {
        try await put(#"{"client_secret":17}"#)
        let store = try await bao.store(["path": .text(path)])
        #expect(await adapterError { _ = try await store.read() }?.code == "vault-not-a-string")
    }

    @Test func `of twenty writers with one version one wins`() async throws {
        try await put(#"{"client_secret":"old"}"#)
        let store = try await bao.store(["path": .text(path)])
        let version = try await store.read()?.version
        let wins = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<20 {
                group.addTask {
                    await adapterError {
                        try await store.write(ClientSecret("writer-\(index)"), replacing: version)
                    } == nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try await store.read()?.version == StoreVersion(rawValue: "2"))
    }

    @Test func `namespaces are kept apart`() async throws {
        let name = "team-\(UUID().uuidString.prefix(8).lowercased())"
        try await bao.ask("POST", "sys/namespaces/\(name)")
        try await bao.ask(
            "POST", "sys/mounts/secret", #"{"type":"kv","options":{"version":"2"}}"#,
            namespace: name)
        try await bao.ask(
            "POST", "secret/data/\(path)", #"{"data":{"client_secret":"inner"}}"#, namespace: name)
        let store = try await bao.store(["path": .text(path), "namespace": .text(name)])
        #expect(try await store.read()?.secret?.matches(ClientSecret("inner")) == true)
        #expect(try await store.preflight() == [])
        let outside = try await bao.store(["path": .text(path)])
        #expect(try await outside.read() == nil)
        #expect(try await outside.identity() != store.identity())
        let nowhere = try await bao.store(["path": .text(path), "namespace": "nowhere"])
        #expect(await adapterError { _ = try await nowhere.read() }?.kind == .missing)
    }

    private func mountKV1() async throws -> String {
        let mount = "kv1-\(UUID().uuidString.prefix(8).lowercased())"
        try await bao.ask(
            "POST", "sys/mounts/\(mount)", #"{"type":"kv","options":{"version":"1"}}"#)
        return mount
    }

    @Test func `a document without versions keeps the contract, but for what is lost between`()
        async throws
    {
        let (bao, path, mount) = (bao, path, try await mountKV1())
        let values: [String: SettingValue] = [
            "path": .text(path), "mount": .text(mount), "kv_version": "1",
            "candidate_field": "next",
        ]
        try await bao.ask("POST", "\(mount)/\(path)", #"{"client_secret":"initial","x":1.50}"#)
        let store = try await bao.store(values)
        #expect(!store.capabilities.comparesAndSets && !store.capabilities.versioned)
        #expect(try await store.preflight() == [])
        let contract = SecretStoreContract(store) {
            try await bao.ask("POST", "\(mount)/\(path)", "{\"client_secret\":\"\($0)\"}")
        }
        #expect(await contract.violations() == [])
    }

    @Test func `other fields of a document without versions stay as they were`() async throws {
        let mount = try await mountKV1()
        try await bao.ask(
            "POST", "\(mount)/\(path)", #"{"client_secret":"one","x":1.5,"ttl":"4s"}"#)
        let store = try await bao.store(
            ["path": .text(path), "mount": .text(mount), "kv_version": "1"])
        let before = try #require(try await store.read())
        try await store.write(ClientSecret("two"), replacing: before.version)
        let after = String(
            decoding: try await bao.ask("GET", "\(mount)/\(path)").body, as: UTF8.self)
        #expect(after.contains(#""client_secret":"two""#) && after.contains(#""x":1.5"#))
        let stale = await adapterError {
            try await store.write(ClientSecret("three"), replacing: before.version)
        }
        #expect(stale?.kind == .conflict)
    }

    @Test func `a mount of the other version is the wrong target`() async throws {
        let mount = try await mountKV1()
        let plain = try await bao.store(["path": .text(path), "kv_version": "1"])
        #expect(try await plain.preflight().map(\.code) == ["vault-not-kv1"])
        let store = try await bao.store(["path": .text(path), "mount": .text(mount)])
        #expect(await adapterError { _ = try await store.identity() }?.kind == .wrongTarget)
        #expect(try await store.preflight().map(\.code) == ["vault-not-kv2"])
        let none = try await bao.store(["path": .text(path), "mount": "nowhere"])
        #expect(try await none.preflight().map(\.severity) == [.problem])
    }

    @Test func `an AppRole with the least rights is enough, and is told what it lacks`()
        async throws
    {
        let environment = try await appRole(#"["update","read"]"#)
        try await put(#"{"client_secret":"initial"}"#)
        let (bao, path) = (bao, path)
        let auth = SettingValue.group(["role_id": .text(environment.role), "secret_id": "env:ID"])
        let store = try await bao.store(
            ["path": .text(path), "auth": auth], ["ID": environment.secretID])
        let contract = SecretStoreContract(store) {
            try await bao.ask(
                "POST", "secret/data/\(path)", "{\"data\":{\"client_secret\":\"\($0)\"}}")
        }
        #expect(await contract.violations() == [])

        let reader = try await appRole(#"["read"]"#)
        let readOnly = try await bao.store(
            [
                "path": .text(path),
                "auth": .group(["role_id": .text(reader.role), "secret_id": "env:ID"]),
            ], ["ID": reader.secretID])
        #expect(try await readOnly.preflight().map(\.code) == ["vault-not-allowed-to-update"])
        let version = try await readOnly.read()?.version
        let error = await adapterError {
            try await readOnly.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == .unauthorized)
        #expect(error?.code == "vault-forbidden")
    }

    /// What a workload's platform makes: a token for an hour, signed by `key`.
    private func workloadToken(_ key: P256.Signing.PrivateKey, subject: String) throws -> String {
        let encode = { (bytes: Data) in
            bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        let now = Int(Date().timeIntervalSince1970)
        let head = #"{"alg":"ES256","typ":"JWT"}"#
        let claims = #"{"sub":"\#(subject)","aud":"bao","iat":\#(now),"exp":\#(now + 3_600)}"#
        let signed = encode(Data(head.utf8)) + "." + encode(Data(claims.utf8))
        let signature = try key.signature(for: Data(signed.utf8)).rawRepresentation
        return "\(signed).\(encode(signature))"
    }

    @Test func `a workload logs in with its token, read anew at every login`() async throws {
        let mount = "jwt-\(UUID().uuidString.prefix(8).lowercased())"
        let key = P256.Signing.PrivateKey()
        try await bao.ask("POST", "sys/auth/\(mount)", #"{"type":"jwt"}"#)
        let pem = String(
            decoding: JSONDocument.literal(key.publicKey.pemRepresentation), as: UTF8.self)
        try await bao.ask("POST", "auth/\(mount)/config", "{\"jwt_validation_pubkeys\":[\(pem)]}")
        let rules = "path \"secret/data/\(path)\" { capabilities = [\"read\",\"update\"] }"
        let policy = String(decoding: JSONDocument.literal(rules), as: UTF8.self)
        try await bao.ask("POST", "sys/policies/acl/\(mount)", "{\"policy\":\(policy)}")
        try await bao.ask(
            "POST", "auth/\(mount)/role/billing",
            #"{"role_type":"jwt","bound_audiences":["bao"],"user_claim":"sub","#
                + #""bound_subject":"holdover","token_policies":["\#(mount)"]}"#)
        try await put(#"{"client_secret":"one"}"#)
        let scratch = try ScratchDirectory()
        // The kubelet's mode, unless the pod says as whom it runs.
        let file = try scratch.write(
            try workloadToken(key, subject: "holdover"), to: "token", mode: 0o644)
        let store = try await bao.store([
            "path": .text(path),
            "auth": .group([
                "role": "billing", "jwt": .text("file:\(file)"), "mount": .text(mount),
            ]),
        ])
        #expect(try await store.preflight().filter { $0.severity == .problem } == [])
        #expect(try await store.read()?.secret?.matches(ClientSecret("one")) == true)
        // The next login has what stands there then.
        try scratch.write(try workloadToken(key, subject: "somebody"), to: "token", mode: 0o644)
        try await bao.ask("POST", "sys/leases/revoke-prefix/auth/\(mount)/login", #"{"sync":true}"#)
        let refused = await adapterError { _ = try await store.read() }
        #expect(refused?.kind == .unauthorized && refused?.code == "vault-login-refused")
        try scratch.write(try workloadToken(key, subject: "holdover"), to: "token", mode: 0o644)
        #expect(try await store.read() != nil)
    }

    @Test func `a token that died is replaced by a new login`() async throws {
        let role = try await appRole(#"["create","update","read"]"#)
        try await put(#"{"client_secret":"old"}"#)
        let auth = SettingValue.group(["role_id": .text(role.role), "secret_id": "env:ID"])
        let store = try await bao.store(
            ["path": .text(path), "auth": auth], ["ID": role.secretID])
        let version = try await store.read()?.version
        // Every token of the role dies.
        try await bao.ask("POST", "sys/leases/revoke-prefix/auth/approle/login", "{\"sync\":true}")
        try await store.write(ClientSecret("new"), replacing: version)
        #expect(try await store.read()?.secret?.matches(ClientSecret("new")) == true)
    }

    @Test func `a token that is used is renewed, and one that is young isn't`() async throws {
        try await put(#"{"client_secret":"old"}"#)
        let id = "of-a-test-\(UUID().uuidString)"
        try await bao.ask(
            "POST", "auth/token/create",
            #"{"id":"\#(id)","policies":["root"],"ttl":"6s","renewable":true}"#)
        func left() async throws -> Int {
            let said = try JSONDocument(
                try await bao.ask("POST", "auth/token/lookup", #"{"token":"\#(id)"}"#).body)
            let range = try #require(try said.node(at: ["data", "ttl"])?.range)
            return try #require(Int(String(decoding: said.bytes[range], as: UTF8.self)))
        }
        let values: [String: SettingValue] = [
            "path": .text(path), "auth": .group(["token": "env:ID"]),
        ]
        let young = try await bao.store(values, ["ID": id])
        _ = try await young.identity()
        try await waitUntil { try await left() <= 2 }
        // Once in a process, and it was young then.
        _ = try await young.identity()
        #expect(try await left() <= 2)
        _ = try await bao.store(values, ["ID": id]).identity()
        #expect(try await left() > 2)
    }

    @Test func `check sees versions that end, and custom metadata stays`() async throws {
        try await put(#"{"client_secret":"old"}"#)
        let store = try await bao.store(["path": .text(path)])
        #expect(try await store.preflight() == [])
        try await bao.ask(
            "POST", "secret/metadata/\(path)",
            #"{"max_versions":1,"delete_version_after":"720h","custom_metadata":{"team":"a"}}"#)
        let found = try await store.preflight()
        #expect(found.map(\.code) == ["vault-one-version", "vault-versions-end"])
        #expect(found.map(\.severity) == [.warning, .warning])
        try await store.write(ClientSecret("new"), replacing: try await store.read()?.version)
        let said = try JSONDocument(try await bao.ask("GET", "secret/metadata/\(path)").body)
        #expect(try said.node(at: ["data", "custom_metadata", "team"])?.text == "a")
    }

    @Test func `a wrong login is unauthorized`() async throws {
        let wrong = try await bao.store(
            ["path": .text(path), "auth": .group(["token": "env:T"])], ["T": "s.nobody"])
        let dead = await adapterError { _ = try await wrong.read() }
        #expect(dead?.kind == .unauthorized)
        #expect(dead?.code == "vault-token-dead")
        _ = try await appRole(#"["read"]"#)
        let role = try await bao.store(
            [
                "path": .text(path),
                "auth": .group(["role_id": "nobody", "secret_id": "env:ID"]),
            ], ["ID": "nothing"])
        let refused = await adapterError { _ = try await role.read() }
        #expect(refused?.kind == .unauthorized)
        #expect(refused?.code == "vault-login-refused")
    }

    @Test func `a wrapping token in the place of a secret ID is told from a wrong one`()
        async throws
    {
        let role = try await appRole(#"["read"]"#)
        let wrapped = try await bao.http.send(
            HTTPRequest(
                method: "POST", url: "\(bao.address)/v1/auth/approle/role/\(role.name)/secret-id",
                headers: ["X-Vault-Token": bao.token, "X-Vault-Wrap-TTL": "120s"]))
        let token = try #require(
            try JSONDocument(wrapped.body).node(at: ["wrap_info", "token"])?.text)
        let (bao, path) = (bao, path)
        let store = { @Sendable (id: String) in
            try await bao.store(
                [
                    "path": .text(path),
                    "auth": .group(["role_id": .text(role.role), "secret_id": "env:ID"]),
                ], ["ID": id])
        }
        for words in ["is a wrapping token", "which wraps nothing now"] {
            let error = await adapterError { _ = try await store(token).read() }
            #expect(error?.kind == .unauthorized && error?.code == "vault-secret-id-wrapped")
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains(token) == false)
            // Looking didn't use it up; unwrapping does.
            let unwrapped = try? await bao.http.send(
                HTTPRequest(
                    method: "POST", url: "\(bao.address)/v1/sys/wrapping/unwrap",
                    headers: ["X-Vault-Token": token]))
            let isFirst = words.hasPrefix("is")
            #expect((unwrapped?.status == 200) == isFirst)
            guard isFirst else { continue }
            let id = try JSONDocument(try #require(unwrapped).body)
                .node(at: ["data", "secret_id"])?.text
            #expect(try await store(try #require(id)).read() == nil)
        }
        let wrong = await adapterError { _ = try await store("nothing").read() }
        #expect(wrong?.code == "vault-login-refused")
    }

    /// A role of its own with `capabilities` on this test's document.
    private func appRole(_ capabilities: String) async throws -> (
        name: String, role: String, secretID: String
    ) {
        let name = "role-\(UUID().uuidString.lowercased())"
        let mounted = try await bao.ask("GET", "sys/auth").body
        if !String(decoding: mounted, as: UTF8.self).contains("\"approle/\"") {
            // Two tests may be here at once; the second one is told that the path is in use.
            _ = try? await bao.http.send(
                HTTPRequest(
                    method: "POST", url: "\(bao.address)/v1/sys/auth/approle",
                    headers: ["X-Vault-Token": bao.token], body: Array(#"{"type":"approle"}"#.utf8))
            )
        }
        let rules = "path \"secret/data/\(path)\" { capabilities = \(capabilities) }"
        let policy = String(decoding: JSONDocument.literal(rules), as: UTF8.self)
        try await bao.ask("POST", "sys/policies/acl/\(name)", "{\"policy\":\(policy)}")
        try await bao.ask("POST", "auth/approle/role/\(name)", "{\"token_policies\":[\"\(name)\"]}")
        let role = try await bao.ask("GET", "auth/approle/role/\(name)/role-id").body
        let secret = try await bao.ask("POST", "auth/approle/role/\(name)/secret-id").body
        let text = { (body: [UInt8], field: String) in
            try #require(try JSONDocument(body).node(at: ["data", field])?.text)
        }
        return (name, try text(role, "role_id"), try text(secret, "secret_id"))
    }
}

@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"), .openBao)
struct SealedVaultTests {
    @Test func `a sealed server is unavailable, and a stopped one too`() async throws {
        let bao = try #require(OpenBao.current)
        let store = try await bao.store(["path": "x"])
        #expect(try await store.read() == nil)
        try await bao.ask("PUT", "sys/seal")
        for body in [
            { _ = try await store.read() },
            { try await store.write(ClientSecret("new"), replacing: nil) },
        ] as [@Sendable () async throws -> Void] {
            let error = await adapterError(body)
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(error?.code == "vault-sealed")
        }
        await bao.stop()
        let gone = await adapterError { _ = try await store.read() }
        #expect(gone?.kind == .unavailable(retryAfter: nil))
        #expect(gone?.code == "vault-unreachable")
    }
}
