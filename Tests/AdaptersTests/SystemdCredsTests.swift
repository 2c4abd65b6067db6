import AdapterContracts
import Foundation
import Glibc
import RotationCore
import Testing

@testable import Adapters

/// With the real systemd-creds, which works without a running systemd.
@Suite(
    .enabled(
        if: geteuid() == 0 && access("/usr/bin/systemd-creds", X_OK) == 0,
        "needs root and systemd-creds"))
struct SystemdCredsTests {
    private let scratch: ScratchDirectory

    init() throws {
        // As the command does: a program may end before it has read its input.
        signal(SIGPIPE, SIG_IGN)
        scratch = try ScratchDirectory()
    }

    private func store(_ values: [String: SettingValue] = [:]) throws -> SystemdCredsStore {
        let all: [String: SettingValue] = [
            "path": .text(scratch.at("s.cred")), "name": "billing", "key": "host",
        ]
        return try SystemdCredsStore(.of("systemd-creds", all.merging(values) { $1 }))
    }

    /// Encrypts as a person would.
    private func seal(_ text: String, name: String = "billing") async throws {
        let sealed = try await SystemdCreds(name: name, key: .host).encrypt(Array(text.utf8))
        try scratch.write(String(decoding: sealed, as: UTF8.self), to: "s.cred")
    }

    private func opened() async throws -> String {
        let creds = SystemdCreds(name: "billing", key: .auto)
        let plain = try await creds.decrypt(Array(scratch.read("s.cred").utf8))
        return String(decoding: plain, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("raw", nil, "%\n"), ("json", "a.s", #"{"a": {"s": "%"}, "b": 1}"#),
            ("yaml", "a.s", "a: {s: %}\n"),
        ] as [(String, String?, String)])
    func `an encrypted credential keeps the contract`(format: String, field: String?, text: String)
        async throws
    {
        try await seal(text.replacing("%", with: "initial"))
        let field = field.map { ["field": SettingValue.text($0)] } ?? [:]
        let store = try store(["format": .text(format)].merging(field) { $1 })
        let contract = SecretStoreContract(store) { value in
            try await seal(text.replacing("%", with: value))
        }
        #expect(await contract.violations() == [])
        // Values that need quotes have left theirs.
        try await seal(text.replacing("%", with: "initial"))
        try await store.write(ClientSecret("last"), replacing: store.read()?.version)
        #expect(try await opened() == text.replacing("%", with: "last"))
        #expect(try scratch.names() == ["s.cred"])
    }

    @Test func `every character goes through, and a candidate beside it`() async throws {
        try await seal(#"{"s": "old", "next": "old"}"#)
        let store = try store(["format": "json", "field": "s", "candidate_field": "next"])
        #expect(store.capabilities.holdsCandidate)
        let new = DocumentFrame.printable.joined() + "\n\u{1F511}"
        try await store.write(
            StoreContent(ClientSecret(new), candidate: ClientSecret("second")),
            replacing: store.read()?.version)
        let held = try await store.read()
        #expect(held?.secret?.matches(ClientSecret(new)) == true)
        #expect(held?.candidate?.matches(ClientSecret("second")) == true)
        #expect(try !scratch.read("s.cred").contains("second"))
    }

    @Test func `the mode is kept, and who can read what is encrypted is no matter`() async throws {
        try await seal("old")
        chmod(scratch.at("s.cred"), 0o644)
        let store = try store()
        #expect(try await store.preflight().isEmpty)
        try await store.write(ClientSecret("new"), replacing: store.read()?.version)
        #expect(try scratch.status(of: "s.cred").mode == 0o644)
        #expect(try await opened() == "new")
    }

    @Test func `a credential of another name is refused`() async throws {
        try await seal("old", name: "other")
        let findings = try await store().preflight()
        #expect(findings.map(\.code) == ["systemd-creds-failed"])
        #expect(findings.first?.message.contains("'other' does not match filename") == true)
        try scratch.write("no credential", to: "s.cred")
        #expect(try await store().preflight().map(\.code) == ["systemd-creds-failed"])
    }

    @Test func `a new one is made only where the plan says so`() async throws {
        let error = await adapterError {
            try await store().write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.code == "systemd-creds-missing")
        #expect(try scratch.names() == [])
        try await store(["create": "true"]).write(ClientSecret("new"), replacing: nil)
        #expect(try await opened() == "new")
        #expect(try scratch.status(of: "s.cred").mode == 0o600)
    }

    @Test(.enabled(if: access("/dev/tpmrm0", F_OK) != 0, "needs a host without a TPM"))
    func `a key that the host has not is known before anything is written`() async throws {
        try await seal("old")
        let before = try scratch.read("s.cred")
        let store = try store(["key": "tpm2"])
        #expect(try await store.preflight().map(\.code) == ["systemd-creds-failed"])
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.code == "systemd-creds-failed" && error?.provesNoEffect == true)
        #expect(error?.message.contains("TPM2") == true)
        #expect(try scratch.read("s.cred") == before)
    }

    @Test func `links and volumes are refused as for any file`() async throws {
        try await seal("old")
        #expect(symlink(scratch.at("s.cred"), scratch.at("link")) == 0)
        let store = try store(["path": .text(scratch.at("link"))])
        #expect(try await store.preflight().map(\.code) == ["file-is-a-link"])
    }
}

/// What needs neither root nor the program.
@Suite struct SystemdCredsSettingsTests {
    private let scratch: ScratchDirectory

    init() throws {
        // As the command does: a program may end before it has read its input.
        signal(SIGPIPE, SIG_IGN)
        scratch = try ScratchDirectory()
    }

    private func store(_ program: String) throws -> SystemdCredsStore {
        try SystemdCredsStore(
            .of("systemd-creds", ["path": .text(scratch.at("s")), "name": "n"]), program: program)
    }

    @Test func `a host without the program says so`() async throws {
        try scratch.write("sealed", to: "s")
        let findings = try await store("holdover-no-such-program").preflight()
        #expect(findings.map(\.code) == ["systemd-creds-missing-program"])
        #expect(findings.first?.message.contains("is not in /usr/bin") == true)
    }

    @Test func `the last words of the program are the reason, and nothing is written`()
        async throws
    {
        try scratch.write("sealed", to: "s")
        let script = try scratch.write(
            "#!/bin/sh\necho warning >&2\necho 'Permission denied\u{1B}[2J' >&2\nexit 1\n",
            to: "fake", mode: 0o700)
        let error = await adapterError { _ = try await store(script).read() }
        let code = geteuid() == 0 ? "systemd-creds-failed" : "systemd-creds-not-root"
        #expect(error?.code == code)
        #expect(error?.message.contains("can't decrypt n: Permission denied\\u{1b}[2J") == true)
        #expect(error?.message.contains("warning") == false)
    }

    @Test func `what doesn't come out again as it went in is not written`() async throws {
        try scratch.write("sealed", to: "s")
        // Decrypts everything to the same word.
        let script = try scratch.write(
            "#!/bin/sh\ncat >/dev/null\nprintf old\n", to: "f", mode: 0o700)
        let store = try store(script)
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.code == "systemd-creds-not-as-written")
        #expect(try scratch.read("s") == "sealed")
    }

    @Test(
        arguments: [
            ["path": "/a"], ["name": "n"], ["path": "/a", "name": "a/b"],
            ["path": "/a", "name": ""],
            ["path": "/a", "name": ".."], ["path": "/a", "name": "a:b"],
            ["path": "/a", "name": "a b"], ["path": "/a", "name": "n", "key": "null"],
            ["path": "a", "name": "n"], ["path": "/a", "name": "n", "format": "json"],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) {
        let error = #expect(throws: AdapterError.self) {
            try SystemdCredsStore(.of("systemd-creds", values))
        }
        #expect(error?.code == "systemd-creds-setting-invalid")
    }
}
