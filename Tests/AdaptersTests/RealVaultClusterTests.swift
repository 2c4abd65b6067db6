import AdapterContracts
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// A document of a real cluster, reached through its standbys, while leaders come and go.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 starts a cluster"),
    .serialized) struct RealVaultClusterTests
{
    /// A process's way to the cluster: what it has learned is its own.
    private struct Way: Sendable {
        let cluster: OpenBaoCluster
        let http = CurlClient()

        func store(
            _ path: String, at node: Int, over other: (any HTTPClient)? = nil,
            auth: [String: SettingValue] = ["token": "env:T"]
        ) async throws -> VaultStore {
            let resolver = SecretResolver(
                environment: ["T": cluster.token], http: other ?? http)
            return try await VaultStore(
                .of(
                    "vault",
                    [
                        "address": .text(cluster.nodes[node]), "path": .text(path),
                        "ca_file": .text(cluster.caFile), "candidate_field": "next",
                        "auth": .group(auth),
                    ]), SharedLogins(), resolver)
        }
    }

    /// A store whose reader waits a moment first, as the engine does before it looks again after a
    /// write of which it heard nothing: no answer means no index either.
    private struct Patient: SecretStore {
        let store: VaultStore
        var capabilities: StoreCapabilities { store.capabilities }
        func identity() async throws(AdapterError) -> TargetIdentity { try await store.identity() }
        func preflight() async throws(AdapterError) -> [Finding] { try await store.preflight() }
        func read() async throws(AdapterError) -> StoredSecret? {
            try? await Task.sleep(for: .milliseconds(400))
            return try await store.read()
        }
        func write(_ content: StoreContent, replacing version: StoreVersion?)
            async throws(AdapterError)
        {
            try await store.write(content, replacing: version)
        }
    }

    private func open(_ body: (Way) async throws -> Void) async throws {
        try await Workbench.open { bench in
            try await body(Way(cluster: try await OpenBaoCluster.start(on: bench)))
        }
    }

    @Test func `a store at a standby reads what was just written, and keeps its contract`()
        async throws
    {
        try await open { way in
            let standby = try await way.cluster.standby()
            let store = try await way.store("quick", at: standby)
            var version: StoreVersion?
            for number in 1...30 {
                try await store.write(ClientSecret("value-\(number)"), replacing: version)
                let seen = try #require(try await store.read())
                #expect(seen.secret?.matches(ClientSecret("value-\(number)")) == true)
                version = seen.version
            }
            let contract = SecretStoreContract(
                Patient(store: store),
                cutting: { cut in
                    let http = CutHTTP(way.http, at: cut)
                    let torn = try await way.store("quick", at: standby, over: http)
                    return CutStore(torn) { http.isReached }
                },
                writeElsewhere: {
                    try await way.cluster.ask(
                        "POST", "secret/data/quick", "{\"data\":{\"client_secret\":\"\($0)\"}}")
                })
            #expect(await contract.violations() == [])
        }
    }

    @Test func `while no node leads a write is unavailable or in doubt, and never lost`()
        async throws
    {
        try await open { way in
            let leader = try #require(try await way.cluster.leader())
            let store = try await way.store("storm", at: try await way.cluster.standby())
            try await store.write(ClientSecret("value-0"), replacing: nil)
            var missed: Set<String> = []
            for number in 1...40 {
                if number == 10 { way.cluster.kill(leader) }
                let value = ClientSecret("value-\(number)")
                let clock = ContinuousClock()
                let end = clock.now + .seconds(60)
                // As the engine does: look, write where it isn't there yet, wait.
                while clock.now < end {
                    do throws(AdapterError) {
                        let seen = try await store.read()
                        if seen?.secret?.matches(value) == true { break }
                        #expect(
                            seen?.secret?.matches(ClientSecret("value-\(number - 1)")) == true,
                            "an acknowledged write is gone")
                        try await store.write(value, replacing: seen?.version)
                    } catch {
                        missed.insert(error.code)
                        switch error.kind {
                        case .unknown, .conflict, .unavailable: break
                        default: Issue.record("\(error)")
                        }
                        try? await Task.sleep(for: .milliseconds(200))
                    }
                }
                #expect(clock.now < end, "no leader within a minute: \(missed)")
            }
            #expect(!missed.isEmpty, "the death of the leader went unnoticed")
            #expect(try await way.cluster.leader() != leader)
            #expect(try await way.cluster.get("storm") == "value-40")
            // One that comes back has what it missed.
            try way.cluster.restart(leader)
            let late = try await way.store("storm", at: leader)
            let isBack = await eventually(within: .seconds(60)) {
                (try? await late.read())?.secret?.matches(ClientSecret("value-40")) == true
            }
            #expect(isBack)
        }
    }

    /// A login by the certificate of `name`.
    private func certificate(_ name: String, key: String? = nil, in way: Way, role: String? = nil)
        -> [String: SettingValue]
    {
        var auth: [String: SettingValue] = [
            "certificate_file": .text(way.cluster.file("\(name).pem")),
            "private_key": .text("file:\(way.cluster.file("\(key ?? name).key"))"),
        ]
        auth["role"] = role.map { .text($0) }
        return auth
    }

    private func trustOne(_ cluster: OpenBaoCluster) async throws {
        let rules = #"path \"secret/data/own\" { capabilities = [\"create\",\"read\",\"update\"] }"#
        try await cluster.ask("POST", "sys/policies/acl/own", "{\"policy\":\"\(rules)\"}")
        let authority = String(
            decoding: JSONDocument.literal(
                try String(contentsOfFile: cluster.caFile, encoding: .utf8)), as: UTF8.self)
        try await cluster.ask(
            "POST", "auth/cert/certs/billing",
            "{\"certificate\":\(authority),\"allowed_common_names\":\"one\","
                + "\"token_policies\":\"own\"}")
    }

    @Test func `a certificate logs in, again where its token died, and no other one does`()
        async throws
    {
        try await open { way in
            try await trustOne(way.cluster)
            let leader = try #require(try await way.cluster.leader())
            let one = try await way.store("own", at: leader, auth: certificate("one", in: way))
            #expect(try await one.preflight() == [])
            try await one.write(ClientSecret("first"), replacing: nil)
            // On the same client, whose connections to this node are kept.
            for auth in [
                certificate("two", in: way), certificate("one", in: way, role: "nobody"),
            ] {
                let other = try await way.store("own", at: leader, auth: auth)
                let refused = await adapterError { _ = try await other.read() }
                #expect(refused?.kind == .unauthorized && refused?.code == "vault-login-refused")
                #expect(try await one.read() != nil)
            }
            let torn = try await way.store(
                "own", at: leader, auth: certificate("one", key: "two", in: way))
            #expect(
                await adapterError { _ = try await torn.read() }?.code == "vault-unreachable")
            let named = certificate("one", in: way, role: "billing")
            let through = try await way.store(
                "own", at: try await way.cluster.standby(), auth: named)
            #expect(try await through.read()?.secret?.matches(ClientSecret("first")) == true)
            let version = try await one.read()?.version
            try await way.cluster.ask(
                "POST", "sys/leases/revoke-prefix/auth/cert/login", #"{"sync":true}"#)
            try await one.write(ClientSecret("second"), replacing: version)
            #expect(try await way.cluster.get("own") == "second")
        }
    }
}
