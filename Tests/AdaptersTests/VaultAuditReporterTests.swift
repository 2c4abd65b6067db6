import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

@Suite struct VaultAuditReporterTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private static func line(
        _ second: Int, _ more: String = #""response":{}"#, type: String = "response",
        operation: String = "read", path: String = "secret/data/billing", role: String = "billing",
        request: String = #""namespace":{"id":"root"}"#
    ) -> String {
        #"{"time":"2026-11-28T07:37:0\#(second).123456789Z","type":"\#(type)","auth":{"#
            + #""display_name":"approle","entity_id":"e1","metadata":{"role_name":"\#(role)"}},"#
            + #""request":{"operation":"\#(operation)","path":"\#(path)",\#(request)},\#(more)}"#
    }

    private func seconds(
        _ lines: [String], _ who: [String: SettingValue] = ["role_name": "billing"]
    ) async throws -> Int? {
        try scratch.write(lines.joined(separator: "\n") + "\n", to: "audit.log")
        let reporter = try VaultAuditReporter(
            .of(
                "vault-audit",
                [
                    "path": .text(scratch.at("audit.log")), "document": "secret/data/billing",
                ].merging(who) { $1 }))
        guard case .storeRead(let at)? = try await reporter.report(since: nil) else { return nil }
        return Int(at.milliseconds % 10_000)
    }

    @Test func `the last read by the consumer counts, and no other line`() async throws {
        let read = Self.line(1)
        #expect(try await seconds([Self.line(0), read]) == 1_123)
        for other in [
            Self.line(2, type: "request"), Self.line(2, operation: "update"),
            Self.line(2, path: "secret/data/billing2"), Self.line(2, role: "holdover"),
            Self.line(2, #""error":"permission denied","response":{}"#),
            Self.line(2, #""error":"1 error occurred""#),
            #"{"request":{"path":"secret/data/billing"#,
            "secret/data/billing", "",
        ] {
            #expect(try await seconds([read, other]) == 1_123, "\(other)")
        }
        #expect(try await seconds([Self.line(2, role: "other")]) == nil)
    }

    @Test func `a read of an old version, or in another namespace, is none of the document`()
        async throws
    {
        let read = Self.line(1)
        for request in [
            #""data":{"version":"hmac-sha256:0a"}"#, #""data":{"version":"0"}"#,
            #""namespace":{"id":"x","path":"team/"}"#,
        ] {
            #expect(
                try await seconds([read, Self.line(2, request: request)]) == 1_123, "\(request)")
        }
        for request in [#""data":null"#, #""data":{"other":"x"}"#, #""namespace":{"path":""}"#] {
            #expect(
                try await seconds([read, Self.line(2, request: request)]) == 2_123, "\(request)")
        }
        let inner = Self.line(2, request: #""namespace":{"id":"x","path":"org/team/"}"#)
        for (namespace, seen) in [("org/team", 2_123), ("/org/team/", 2_123), ("team", Int?.none)] {
            let who: [String: SettingValue] = [
                "role_name": "billing", "namespace": .text(namespace),
            ]
            #expect(try await seconds([read, inner, read], who) == seen, "\(namespace)")
        }
    }

    @Test func `whoever is named must fit`() async throws {
        let all: [String: SettingValue] = [
            "role_name": "billing", "entity_id": "e1", "display_name": "approle",
        ]
        #expect(try await seconds([Self.line(1)], all) == 1_123)
        for name in all.keys {
            let odd = all.merging([name: "another"]) { $1 }
            #expect(try await seconds([Self.line(1)], odd) == nil)
        }
        let error = await adapterError { _ = try await seconds([], ["display_name": "x"]) }
        #expect(error == nil)
        #expect(throws: AdapterError.self) {
            try VaultAuditReporter(.of("vault-audit", ["path": "/a", "document": "d"]))
        }
    }

    @Test func `no log is no report`() async throws {
        let reporter = try VaultAuditReporter(
            .of(
                "vault-audit",
                ["path": .text(scratch.at("none")), "document": "d", "entity_id": "e"]))
        #expect(try await reporter.report(since: nil) == nil)
    }
}

@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"), .openBao)
struct RealVaultAuditTests {
    @Test func `a real audit log says when the consumer read`() async throws {
        let bao = try #require(OpenBao.current)
        let document = "secret/data/read-by-billing"
        try await bao.ask("POST", document, #"{"data":{"client_secret":"s"}}"#)
        try await bao.ask("POST", "sys/auth/approle", #"{"type":"approle"}"#)
        try await bao.ask(
            "PUT", "sys/policies/acl/reads",
            #"{"policy":"path \"\#(document)\" { capabilities = [\"read\"] }"}"#)
        try await bao.ask("POST", "auth/approle/role/billing", #"{"token_policies":["reads"]}"#)
        func text(_ method: String, _ path: String, _ json: String?, _ name: String...)
            async throws -> String
        {
            let answer = try JSONDocument(try await bao.ask(method, path, json).body)
            return try #require(try answer.node(at: name)?.text)
        }
        let role = try await text(
            "GET", "auth/approle/role/billing/role-id", nil, "data", "role_id")
        let secret = try await text(
            "POST", "auth/approle/role/billing/secret-id", nil, "data", "secret_id")
        let reporter = try VaultAuditReporter(
            .of(
                "vault-audit",
                [
                    "path": .text(bao.auditLog), "document": .text(document),
                    "role_name": "billing",
                ]))
        try await bao.ask("GET", document)
        let asked = AWSGround.now()
        #expect(try await reporter.report(since: nil) == nil)
        // An old version, and another namespace's document of that name: neither is this one.
        try await bao.ask("GET", "\(document)?version=1")
        let inner = "audited-\(UUID().uuidString)"
        try await bao.ask("POST", "sys/namespaces/\(inner)")
        try await bao.ask(
            "POST", "sys/mounts/secret", #"{"type":"kv","options":{"version":"1"}}"#,
            namespace: inner)
        try await bao.ask("POST", document, #"{"client_secret":"inner"}"#, namespace: inner)
        try await bao.ask("GET", document, namespace: inner)
        let anybody = try VaultAuditReporter(
            .of(
                "vault-audit",
                [
                    "path": .text(bao.auditLog), "document": .text(document),
                    "display_name": "token",
                ]))
        guard case .storeRead(let last)? = try await anybody.report(since: nil) else {
            Issue.record("root's read is not seen")
            return
        }
        #expect(last < asked)
        let consumer = try await bao.store(
            [
                "path": "read-by-billing",
                "auth": .group(["role_id": .text(role), "secret_id": "env:SECRET_ID"]),
            ], ["SECRET_ID": secret])
        let before = AWSGround.now()
        #expect(try await consumer.read() != nil)
        guard case .storeRead(let at)? = try await reporter.report(since: nil) else {
            Issue.record("no read is seen")
            return
        }
        #expect(at >= before && at <= AWSGround.now())
    }
}
