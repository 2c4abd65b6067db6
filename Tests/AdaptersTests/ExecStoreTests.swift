import AdapterContracts
import ClientCredentials
import Foundation
import Glibc
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// A store that a program of the user's own reads and writes.
@Suite struct ExecStoreTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        // As the command does: a program may end before it has read its request.
        signal(SIGPIPE, SIG_IGN)
    }

    private static let program = RealServerProcess.service("exec-store.py")

    private static let able: [String: SettingValue] = [
        "compares": "true", "versioned": "false", "client_id": "true", "candidate": "true",
    ]

    private func store(
        _ command: [String]? = nil, _ capabilities: [String: SettingValue] = able,
        _ more: [String: SettingValue] = [:]
    ) async throws -> any SecretStore {
        let words = command ?? ["python3", Self.program, scratch.at("s.json")]
        let values: [String: SettingValue] = [
            "command": .list(words.map { .text($0) }), "capabilities": .group(capabilities),
        ]
        let plan = Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "billing"),
            server: .of("none", [:]), stores: [])
        return try await AdapterRegistry(http: CurlClient(), environment: ["T": "token-of-a-test"])
        {
            Instant(milliseconds: 0)
        }.store(.of("exec", values.merging(more) { $1 }), of: plan)
    }

    /// A program that prints `text`, with an exit status.
    private func saying(_ text: String, status: Int = 0) throws -> [String] {
        let file = "answer-\(UUID().uuidString)"
        try scratch.write(text, to: file)
        return ["sh", "-c", "cat \"$0\"; exit \(status)", scratch.at(file)]
    }

    private func writing(_ command: [String], _ more: [String: SettingValue] = [:]) async throws
        -> AdapterError?
    {
        let store = try await store(command, Self.able, more)
        return await adapterError {
            try await store.write(ClientSecret("new"), replacing: StoreVersion(rawValue: "1"))
        }
    }

    @Test(arguments: ["true", "false"])
    func `a program keeps the contract`(compares: String) async throws {
        let scratch = scratch
        let fill = { @Sendable (value: String, version: String) in
            #"{"secret":"\#(value)","version":"\#(version)","client_id":"blue","note":1.50}"#
        }
        try scratch.write(fill("initial", "1"), to: "s.json")
        let capabilities = Self.able.merging(["compares": .text(compares)]) { $1 }
        let store = try await store(nil, capabilities)
        #expect(store.capabilities.comparesAndSets == (compares == "true"))
        let contract = SecretStoreContract(store) {
            try scratch.write(fill($0, "900"), to: "s.json")
        }
        #expect(await contract.violations() == [])
    }

    @Test func `an empty store is none, and its first value is written where it still is`()
        async throws
    {
        let store = try await store()
        #expect(try await store.read() == nil)
        #expect(try await store.preflight().map(\.code) == ["exec-empty"])
        try await store.write(ClientSecret("first"), replacing: nil)
        #expect(try await store.preflight() == [])
        let error = await adapterError {
            try await store.write(ClientSecret("again"), replacing: nil)
        }
        #expect(error?.kind == .conflict && error?.code == "exec-conflict")
    }

    @Test func `where the program doesn't compare, Holdover does`() async throws {
        try scratch.write(#"{"secret":"theirs","version":"2"}"#, to: "s.json")
        // Would write over anything.
        let careless = [
            "sh", "-c",
            #"grep -q '"operation":"write"' && echo '{}' && echo x >> "$1" || cat "$0""#,
            try scratch.write(#"{"stored":{"secret":"theirs","version":"2"}}"#, to: "read"),
            scratch.at("writes"),
        ]
        let store = try await store(careless, ["compares": "false"])
        for stale in ["1", nil] {
            let error = await adapterError {
                try await store.write(
                    ClientSecret("ours"), replacing: stale.map(StoreVersion.init(rawValue:)))
            }
            #expect(error?.kind == .conflict && error?.code == "exec-changed")
        }
        #expect(try scratch.names().contains("writes") == false)
        try await store.write(ClientSecret("ours"), replacing: StoreVersion(rawValue: "2"))
        #expect(try scratch.read("writes") == "x\n")
    }

    @Test func `it does so too where only the version is shown`() async throws {
        let careless = [
            "sh", "-c",
            #"grep -q '"operation":"write"' && echo '{}' && echo x >> "$1" || cat "$0""#,
            try scratch.write(#"{"stored":{"version":"2"}}"#, to: "read"), scratch.at("writes"),
        ]
        let store = try await store(careless, ["compares": "false", "readable": "false"])
        for stale in ["1", nil] {
            let error = await adapterError {
                try await store.write(
                    ClientSecret("ours"), replacing: stale.map(StoreVersion.init(rawValue:)))
            }
            #expect(error?.kind == .conflict && error?.code == "exec-changed")
        }
        #expect(try scratch.names().contains("writes") == false)
        try await store.write(ClientSecret("ours"), replacing: StoreVersion(rawValue: "2"))
        #expect(try scratch.read("writes") == "x\n")
    }

    @Test func `a store that can't be read shows a version and no value`() async throws {
        let stored = #"{"stored":{"version":"7"}}"#
        let hidden = try await store(try saying(stored), ["compares": "true", "readable": "false"])
        let seen = try await hidden.read()
        #expect(seen?.version.rawValue == "7" && seen?.secret == nil)
        let shown = try await store(try saying(stored))
        #expect(await adapterError { _ = try await shown.read() }?.code == "exec-unreadable-answer")
    }

    @Test func `an error in words promises what its kind promises`() async throws {
        let kinds: [(String, AdapterError.Kind)] = [
            ("unavailable", .unavailable(retryAfter: nil)), ("unauthorized", .unauthorized),
            ("refused", .refused), ("conflict", .conflict), ("missing", .missing),
            ("wrong-target", .wrongTarget), ("unknown", .unknown),
        ]
        for (word, kind) in kinds {
            let text = #"{"error":{"kind":"\#(word)","message":"no luck"}}"#
            let error = try await writing(try saying(text, status: 1))
            #expect(error?.kind == kind && error?.code == "exec-\(word)")
        }
    }

    @Test func `a write whose answer says nothing is in doubt, and a read is none`() async throws {
        for text in ["", "<html>", "[]", #"{} more"#, #"{"error":{"kind":"fine"}}"#] {
            #expect(try await writing(try saying(text))?.kind == .unknown, "\(text)")
            let store = try await store(try saying(text))
            #expect(await adapterError { _ = try await store.read() }?.kind == .refused)
        }
        #expect(try await writing(try saying("{}")) == nil)
        #expect(try await writing(try saying("{}", status: 3))?.code == "exec-failed")
        let late = try await writing(["sleep", "60"], ["timeout": "100ms"])
        #expect(late?.kind == .unknown)
        #expect(try await writing(["/nowhere/at-all"])?.kind == .unavailable(retryAfter: nil))
    }

    @Test func `the program gets the token and what is to change, and nothing else`() async throws {
        let path = scratch.at("asked")
        let store = try await store(
            ["sh", "-c", "cat > \"$0\"; echo '{}'", path], Self.able, ["token": "env:T"])
        try await store.write(
            StoreContent(
                ClientSecret("new"), client: ClientID(rawValue: "green"),
                candidate: ClientSecret("next")), replacing: StoreVersion(rawValue: "7"))
        #expect(
            try scratch.read("asked")
                == #"{"candidate":"next","client_id":"billing","holdover":1,"#
                + #""new_client_id":"green","operation":"write","secret":"new","#
                + #""token":"token-of-a-test","version":"7"}"# + "\n")
        try await store.write(ClientSecret("new"), replacing: nil)
        #expect(
            try scratch.read("asked")
                == #"{"client_id":"billing","holdover":1,"operation":"write","secret":"new","#
                + #""token":"token-of-a-test"}"# + "\n")
    }

    @Test(
        arguments: [
            ["command": .list([])], ["command": .list(["bin/x"])], ["timeout": "soon"],
            ["capabilities": .group([:])], ["capabilities": .group(["compares": "perhaps"])],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) async throws {
        let error = await adapterError { _ = try await store(nil, Self.able, values) }
        #expect(error?.code == "exec-setting-invalid")
    }
}
