import Foundation
import ProcessTesting
import Testing

/// A sealing key that a real OpenBao wraps and unwraps.
@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"))
struct WrappedKeyTests {
    /// A stage whose journal is sealed with a wrapped key, and the OpenBao that unwraps it.
    private struct Scene {
        let stage: Stage
        let bao: OpenBaoProcess

        var key: String { stage.bench.keyPath }
        var content: String { get throws { try String(contentsOfFile: key, encoding: .utf8) } }

        /// Replaces text in the key file, which stays private.
        func edit(_ old: String, _ new: String) throws {
            let edited = try content.replacing(old, with: new)
            #expect(try edited != content)
            try write(edited)
        }

        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: key))
        }

        /// A document's value for a name.
        static func text(_ name: String, in document: String) throws -> String {
            let value = try Regex("\"\(name)\" ?: ?\"([^\"]*)\"").firstMatch(in: document)
            return String(try #require(value?.output[1].substring))
        }

        func ask(_ method: String, _ path: String, _ json: String? = nil) async throws -> String {
            try await bao.ask(method, path, json).text
        }

        func forbidUnwrapping() async throws {
            let rule = #"path \"transit/encrypt/holdover\" { capabilities = [\"update\"] }"#
            _ = try await ask("POST", "sys/policies/acl/seal", "{\"policy\":\"\(rule)\"}")
        }
    }

    /// May do with the wrapping key what the page says, and nothing else.
    private static let policy = ["encrypt", "decrypt"].map {
        #"path \"transit/\#($0)/holdover\" { capabilities = [\"update\"] }"#
    }.joined(separator: " ")

    private func open(_ body: (Scene) async throws -> Void) async throws {
        try await Stage.open { stage in
            let bao = try await OpenBaoProcess.start(on: stage.bench)
            try await bao.ask("POST", "sys/mounts/transit", #"{"type":"transit"}"#)
            try await bao.ask("POST", "transit/keys/holdover", "{}")
            try await bao.ask("POST", "sys/policies/acl/seal", "{\"policy\":\"\(Self.policy)\"}")
            try await bao.ask(
                "POST", "auth/token/create",
                #"{"id":"a-token-for-sealing","policies":["seal"],"ttl":"1h"}"#)
            try stage.bench.write("a-token-for-sealing", to: "seal-token")
            // What the stage made is not wanted here.
            let keys = URL(fileURLWithPath: stage.bench.keyPath).deletingLastPathComponent()
            for place in [URL(fileURLWithPath: stage.bench.stateDirectory), keys] {
                for name in try FileManager.default.contentsOfDirectory(atPath: place.path) {
                    try FileManager.default.removeItem(at: place.appendingPathComponent(name))
                }
            }
            try await body(Scene(stage: stage, bao: bao))
        }
    }

    private func initialize(_ scene: Scene, _ more: String = "") async throws
        -> HoldoverProcess.Outcome
    {
        let token = scene.stage.bench.at("seal-token")
        let description = try scene.stage.bench.write(
            """
            {"type": "vault-transit", "address": "\(scene.bao.address)", "key": "holdover",
             \(more)"auth": {"token": "file:\(token)"}}
            """, to: "transit.json")
        return try await scene.stage.run("init", "--wrap-key", description)
    }

    @Test func `a rotation is sealed with a wrapped key, which outlives the one that wraps it`()
        async throws
    {
        try await open { scene in
            let (stage, made) = (scene.stage, try await initialize(scene))
            #expect(made.exit == 0 && made.output.contains("(new)"), "\(made)")
            let first = try scene.content
            #expect(first.contains("\"wrapped\" : \"vault:v1:"))
            #expect(!first.contains("holdover-seal-key-v1"))
            let mode = try FileManager.default.attributesOfItem(atPath: scene.key)[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
            try await stage.begin(until: "generate")
            _ = try await scene.ask("POST", "transit/keys/holdover/rotate")
            try await stage.succeed("run", "--wait", "30s", "--until", "distribute")
            let old = try Scene.text("wrapped", in: first)
            let new = try Scene.text(
                "ciphertext",
                in: try await scene.ask(
                    "POST", "transit/rewrap/holdover", "{\"ciphertext\":\"\(old)\"}"))
            #expect(new.hasPrefix("vault:v2:"))
            _ = try await scene.ask(
                "POST", "transit/keys/holdover/config", #"{"min_decryption_version":2}"#)
            try await stage.run("run").expect(exit: 12, "seal-key-not-unwrapped", saying: "too old")
            try await stage.expectBothAccepted()
            try scene.edit(old, new)
            try await stage.succeed("audit", "public-key")
            try await stage.expectCompletion()
        }
    }

    @Test func `without its keeper nothing is changed, and looking needs neither`() async throws {
        try await open { scene in
            let stage = scene.stage
            #expect(try await initialize(scene).exit == 0)
            try await stage.begin(until: "generate")
            let kept = try scene.content
            try scene.edit(scene.bao.address, "http://127.0.0.1:9")
            try await stage.run("run").expect(exit: 75, "seal-key-unavailable")
            try await stage.succeed("status")
            try scene.write(kept)
            try scene.edit("file:", "env:NOWHERE-")
            try await stage.run("run").expect(
                exit: 12, "seal-key-not-unwrapped", saying: "auth.token is not a reference")
            try scene.write(kept)
            try scene.edit("\"key\"", "\"name\"")
            try await stage.run("run").expect(
                exit: 12, "seal-key-not-unwrapped", saying: "setting name is unknown")
            try scene.write(kept)
            try scene.edit("vault-transit", "box")
            try await stage.run("run").expect(exit: 12, "seal-key-not-unwrapped")
            try scene.write("{\"format\": \"holdover-wrapped-key-v2\"}")
            try await stage.run("run").expect(exit: 12, "seal-key-unreadable")
            // Somebody else's key, wrapped by the same one.
            let other = Data(repeating: 7, count: 32).base64EncodedString()
            let foreign = try await scene.ask(
                "POST", "transit/encrypt/holdover", "{\"plaintext\":\"\(other)\"}")
            try scene.write(kept)
            try scene.edit(
                Scene.text("wrapped", in: kept), Scene.text("ciphertext", in: foreign))
            try await stage.run("run").expect(exit: 12, "seal-key-wrong")
            try scene.write(kept)
            try setMode(0o640, of: scene.key)
            try await stage.run("run").expect(exit: 12, "seal-key-unreadable")
            try setMode(0o600, of: scene.key)
            try await stage.expectBothAccepted()
            try await scene.forbidUnwrapping()
            try await stage.run("run").expect(exit: 4, "seal-key-forbidden")
            _ = try await scene.ask(
                "POST", "sys/policies/acl/seal", "{\"policy\":\"\(Self.policy)\"}")
            try await stage.expectCompletion()
        }
    }

    @Test func `a sealed OpenBao, and a key that is deleted, leave everything as it was`()
        async throws
    {
        try await open { scene in
            let stage = scene.stage
            #expect(try await initialize(scene).exit == 0)
            try await stage.begin(until: "generate")
            _ = try await scene.ask(
                "POST", "transit/keys/holdover/config", #"{"deletion_allowed":true}"#)
            _ = try await scene.ask("DELETE", "transit/keys/holdover")
            try await stage.run("run").expect(
                exit: 12, "seal-key-not-unwrapped", saying: "encryption key not found")
            _ = try await scene.ask("PUT", "sys/seal")
            try await stage.run("run").expect(
                exit: 75, "seal-key-unavailable", saying: "it is sealed")
            // Asked for now, answered once the key is to be had.
            let held = try await stage.run("hold", Stage.client, "--reason", "no key")
            #expect(held.exit == 0, "\(held)")
            try await stage.succeed("explain", Stage.client)
            try await stage.succeed("audit", "verify")
            try await stage.run("audit", "checkpoint").expect(exit: 75, "seal-key-unavailable")
            try await stage.run("recover").expect(exit: 75, "seal-key-unavailable")
            try await stage.expectBothAccepted()
            #expect(try scene.content.contains("vault:v1:"))
        }
    }

    @Test func `init makes nothing where the key isn't wrapped and unwrapped as asked for`()
        async throws
    {
        try await open { scene in
            let stage = scene.stage
            let journal = "\(stage.bench.stateDirectory)/holdover.sqlite"
            try await initialize(scene, #""mount": "nowhere","#).expect(
                exit: 4, "seal-key-forbidden")
            try await initialize(scene, #""monut": "transit","#).expect(
                exit: 12, "seal-key-not-unwrapped", saying: "monut is unknown")
            let odd = try stage.bench.write("type: vault-transit", to: "odd.json")
            try await stage.run("init", "--wrap-key", odd).expect(exit: 2, "no-key-keeper")
            // Who may wrap and not unwrap would seal what nobody can open.
            try await scene.forbidUnwrapping()
            try await initialize(scene).expect(exit: 4, "seal-key-forbidden")
            for path in [scene.key, journal] {
                #expect(!FileManager.default.fileExists(atPath: path), "\(path)")
            }
            try await stage.succeed("init", "--state-dir", stage.bench.at("plain"))
            let plain = try scene.content
            try await initialize(scene).expect(exit: 2, "key-not-so-wrapped")
            #expect(try scene.content == plain)
        }
    }
}
