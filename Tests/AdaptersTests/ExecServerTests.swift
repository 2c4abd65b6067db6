import AdapterContracts
import Foundation
import Glibc
import RotationCore
import Testing

@testable import Adapters

/// A program of the user's own, against the practice server's Okta dialect.
@Suite(.practice, .serialized) struct ExecServerTests {
    private let practice: Practice
    private let scratch: ScratchDirectory

    init() throws {
        practice = try #require(Practice.current)
        scratch = try ScratchDirectory()
        // As the command does: a program may end before it has read its request.
        signal(SIGPIPE, SIG_IGN)
    }

    private static let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Services/exec-server.py").path

    private func server(
        _ client: String, _ command: [String]? = nil, _ more: [String: SettingValue] = [:]
    ) async throws -> any AuthorizationServer {
        let words = command ?? ["python3", Self.program, practice["PRACTICE_URL"]]
        let standard: [String: SettingValue] = [
            "command": .list(words.map { .text($0) }), "token": "env:OKTA_API_TOKEN",
            "token_endpoint": .text(practice["OKTA_TOKEN_URL"]),
            "capabilities": .group([
                "limit": "2", "origin": "client", "recognition": "value", "disable": "true",
            ]),
        ]
        return try await practice.server("exec", standard.merging(more) { $1 }, client)
    }

    /// A program that prints `text`, with an exit status.
    private func saying(_ text: String, status: Int = 0) throws -> [String] {
        let file = "answer-\(UUID().uuidString)"
        try scratch.write(text, to: file)
        return ["sh", "-c", "cat \"$0\"; exit \(status)", scratch.at(file)]
    }

    private func error(
        of command: [String], _ more: [String: SettingValue] = [:],
        _ body: (any AuthorizationServer) async throws -> Void
    ) async throws -> AdapterError? {
        let server = try await server("c", command, more)
        return await adapterError { try await body(server) }
    }

    private func creation(_ command: [String], _ more: [String: SettingValue] = [:]) async throws
        -> AdapterError?
    {
        try await error(of: command, more) {
            _ = try await $0.create(Practice.secret(), label: "l")
        }
    }

    @Test func `a program keeps the contract`() async throws {
        let id = "app-\(UUID().uuidString)"
        let made = try await practice.control(
            "POST", "clients",
            #"{"dialect":"okta","client_id":"\#(id)","internal_id":"\#(id)"}"#)
        let old = ClientSecret(try #require(try made.node(at: ["secret"])?.text))
        let result = await AuthorizationServerContract(
            try await server(id), makeSecret: Practice.secret
        ).run(old: old)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(id) == 1)
    }

    @Test func `an error in words promises what its kind promises`() async throws {
        let kinds: [(String, AdapterError.Kind)] = [
            ("unavailable", .unavailable(retryAfter: .seconds(7))), ("unauthorized", .unauthorized),
            ("refused", .refused), ("limit-reached", .limitReached), ("conflict", .conflict),
            ("missing", .missing), ("wrong-target", .wrongTarget), ("unknown", .unknown),
        ]
        for (word, kind) in kinds {
            let wait = word == "unavailable" ? #","retry_after_seconds":7"# : ""
            let text = #"{"error":{"kind":"\#(word)","message":"no\u001b[31m luck"\#(wait)}}"#
            for status in [0, 1] {
                let error = try await creation(try saying(text, status: status))
                #expect(error?.kind == kind && error?.code == "exec-\(word)", "\(word)")
                #expect(error?.message.contains("\u{1B}") == false)
            }
        }
    }

    @Test(arguments: [
        "", "<html>busy</html>", "{}", #"{"created":{}}"#, #"{"created":{"id":"a"}} more"#,
        #"{"error":{"kind":"fine","message":""}}"#,
    ])
    func `a creation whose answer says nothing is in doubt`(text: String) async throws {
        #expect(try await creation(try saying(text))?.kind == .unknown)
        let listing = try await error(of: try saying(text)) {
            _ = try await $0.credentials(knowing: KnownSecrets())
        }
        #expect(listing?.kind == .refused, "and a list that says nothing is none")
    }

    @Test func `a failed, killed or late program leaves a creation in doubt`() async throws {
        let created = #"{"created":{"id":"a"}}"#
        #expect(try await creation(try saying(created, status: 3))?.code == "exec-failed")
        let promise = #"{"error":{"kind":"refused","message":"no"}}"#
        let killed = ["sh", "-c", "echo '\(promise)'; kill -9 $$"]
        #expect(try await creation(killed)?.kind == .unknown)
        let late = try await creation(["sleep", "60"], ["timeout": "100ms"])
        #expect(late?.kind == .unknown)
        let absent = try await creation(["/nowhere/at/all"])
        #expect(absent?.kind == .unavailable(retryAfter: nil) && absent?.code == "exec-not-started")
    }

    @Test func `what a program says with a secret in it is shown without`() async throws {
        let secret = String(repeating: "s", count: 30)
        let error = try await creation(["sh", "-c", "echo failed with \(secret) >&2; exit 1"])
        #expect(error?.message.contains("failed with") == true)
        #expect(error?.message.contains(secret) == false)
        // Cut off at the edge of what is shown it would be short enough to be a word.
        let words = String(repeating: "words of ", count: 16)
        let cut = try await creation(["sh", "-c", "echo '\(words)\(secret)' >&2; exit 1"])
        #expect(cut?.message.contains("words of words") == true)
        #expect(cut?.message.contains("sss") == false)
    }

    @Test func `a program that doesn't read its request is heard all the same`() async throws {
        let label = String(repeating: "l", count: 1 << 18)
        let server = try await server("c", ["sh", "-c", #"echo '{"created":{"id":"a"}}'"#])
        let made = try await server.create(Practice.secret(), label: label)
        #expect(made.id.rawValue == "a")
    }

    @Test func `a single secret that isn't shown is told by trying`() async throws {
        let client = try await practice.client("okta")
        let program = try saying(#"{"secrets":[{"id":"secret"}]}"#)
        let server = try await server(
            client.id, program,
            [
                "scope": "read",
                "capabilities": .group([
                    "shape": "single", "limit": "1", "origin": "client", "recognition": "trial",
                ]),
            ])
        let other = Practice.secret()
        for (known, role) in [
            (KnownSecrets(old: client.secret, new: other), SecretRole.old),
            (KnownSecrets(old: other, new: client.secret), .new),
            (KnownSecrets(old: other), nil),
        ] as [(KnownSecrets, SecretRole?)] {
            let listed = try await server.credentials(knowing: known)
            #expect(listed.map(\.holds) == [role] && listed.map(\.isOther) == [false])
        }
    }

    @Test func `the last listed secret is not deleted`() async throws {
        let only = try saying(#"{"secrets":[{"id":"a"}]}"#)
        let error = try await error(of: only) {
            try await $0.delete(CredentialID(rawValue: "a"), keeping: Practice.secret())
        }
        #expect(error?.kind == .conflict && error?.code == "exec-survivor-not-listed")
    }

    @Test func `settings that can't be right are refused`() async throws {
        for (name, value) in [
            ("command", SettingValue.list(["../up"])), ("capabilities", .group(["limit": "0"])),
            (
                "capabilities",
                .group(["limit": "2", "origin": "client", "recognition": "trial"])
            ),
            ("refusals", .list(["invalid_client"])), ("token_endpoint", "http://example.com"),
        ] {
            let error = await adapterError { _ = try await server("c", nil, [name: value]) }
            #expect(error?.code == "exec-setting-invalid", "\(name)")
        }
    }
}
