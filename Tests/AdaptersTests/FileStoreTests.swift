import AdapterContracts
import Foundation
import Glibc
import RotationCore
import Testing

@testable import Adapters

@Suite struct FileStoreTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func store(_ name: String, _ values: [String: SettingValue] = [:]) throws -> FileStore {
        try FileStore(
            .of("file", ["path": .text(scratch.at(name))].merging(values) { $1 }))
    }

    @Test(
        arguments: [
            ("raw", nil, "%\n"), ("json", "a.secret", #"{"a":{"secret":"%"}}"#),
            ("json", "/a~1b/0", #"{"a/b": ["%", 1]}"#), ("dotenv", "SECRET", "A=1\nSECRET='%'\n"),
            ("yaml", "a.secret", "a:\n  secret: % # c\n"), ("yaml", "/0/a.b", "- {a.b: '%'}\n"),
            ("toml", "a.secret", "[a]\nsecret = \"%\"\n"), ("toml", "/a.b/c", "'a.b'.c = '%'"),
            ("properties", "a.secret", "a.secret : %\nb=\\\n c\n"),
            ("ini", "a.b.secret", "[a.b]\nsecret = % ; c\n"), ("ini", "secret", "secret=\"%\""),
            ("ini", "/a/se.cret", "[a]\nse.cret=%\n"),
        ] as [(String, String?, String)])
    func `every format keeps the contract`(format: String, field: String?, text: String)
        async throws
    {
        let scratch = scratch
        let fill = { @Sendable (value: String) in text.replacing("%", with: value) }
        try scratch.write(fill("initial"), to: "s")
        let field = field.map { ["field": SettingValue.text($0)] } ?? [:]
        let store = try store("s", ["format": .text(format)].merging(field) { $1 })
        let contract = SecretStoreContract(store) { try scratch.write(fill($0), to: "s") }
        #expect(await contract.violations() == [])
    }

    @Test(
        arguments: [
            ("json", "secret", "id", #"{"id": "%1", "x": [1.0], "secret": "%2"}"#),
            ("dotenv", "SECRET", "ID", "A=1\nID=%1\nSECRET='%2'\n"),
            ("yaml", "o.secret", "o.id", "o:\n  id: %1 # c\n  x: |\n    y\n  secret: '%2'\n"),
            ("toml", "o.secret", "o.id", "o = {id = \"%1\", x = [1], secret = '%2'}\n"),
            ("properties", "o.secret", "o.id", "o.id=%1\n# c\no.secret = %2\n"),
            ("ini", "o.secret", "o.id", "[o]\nid = %1 ; c\nsecret = \"%2\"\n"),
        ])
    func `the client_id is read and written with the secret, and stays where it does`(
        format: String, field: String, idField: String, text: String
    ) async throws {
        let green = StoreContent(ClientSecret("two"), client: ClientID(rawValue: "green"))
        let store = try await expectNeighbour(
            (format, field, text), "client_id_field", idField, from: "blue", to: "green", green)
        #expect(store.capabilities.holdsClientID)
        #expect(try await store.read()?.client?.rawValue == "green")
    }

    /// Has the file changed by a write that names what stands beside the secret, and by one that
    /// doesn't; its secret is `one` in the beginning, and what stands beside it `first`.
    private func expectNeighbour(
        _ file: (format: String, field: String, text: String), _ setting: String, _ place: String,
        from first: String, to second: String, _ content: StoreContent
    ) async throws -> FileStore {
        let fill = { (beside: String, secret: String) in
            file.text.replacing("%1", with: beside).replacing("%2", with: secret)
        }
        try scratch.write(fill(first, "one"), to: "s")
        let store = try store(
            "s",
            ["format": .text(file.format), "field": .text(file.field), setting: .text(place)])
        let before = try #require(try await store.read())
        #expect((before.client?.rawValue ?? before.candidate?.withPlaintext { $0 }) == first)
        try await store.write(content, replacing: before.version)
        let written = content.secret.withPlaintext { $0 }
        #expect(try scratch.read("s") == fill(second, written))
        try await store.write(ClientSecret("three"), replacing: store.read()?.version)
        #expect(try scratch.read("s") == fill(second, "three"))
        return store
    }

    @Test(
        arguments: [
            ("json", "secret", "next", #"{"next": "%1", "x": [1.0], "secret": "%2"}"#),
            ("dotenv", "SECRET", "NEXT", "A=1\nNEXT=%1\nSECRET='%2'\n"),
            ("yaml", "o.0", "o.1", "o: ['%2', \"%1\"]\n"),
            ("toml", "o.0", "o.1", "o = ['%2', \"%1\"]\n"),
            ("properties", "secret", "next", "next=%1\nsecret=%2\n"),
            ("ini", "o.secret", "o.next", "[o]\nnext: %1\nsecret: %2\n"),
        ])
    func `the candidate is read and written with the secret, and stays where it does`(
        format: String, field: String, second: String, text: String
    ) async throws {
        let staged = StoreContent(ClientSecret("one"), candidate: ClientSecret("two"))
        let store = try await expectNeighbour(
            (format, field, text), "candidate_field", second, from: "one", to: "two", staged)
        #expect(store.capabilities.holdsCandidate)
        #expect(try await store.read()?.candidate?.matches(ClientSecret("two")) == true)
    }

    @Test func `a candidate's place that isn't there is a finding`() async throws {
        try scratch.write(#"{"secret":"one"}"#, to: "s")
        let settings: [String: SettingValue] = [
            "format": "json", "field": "secret", "candidate_field": "next",
        ]
        let found = try await store("s", settings).preflight()
        #expect(found.map(\.code) == ["file-field-missing"])
    }

    @Test func `a raw file has no place for a client_id`() throws {
        #expect(throws: AdapterError.self) { try store("s", ["client_id_field": "id"]) }
        #expect(try !store("s").capabilities.holdsClientID)
    }

    @Test func `a raw file keeps its line end, whichever it is`() async throws {
        for (before, after) in [("old", "new"), ("old\n", "new\n"), ("old\r\n", "new\r\n")] {
            try scratch.write(before, to: "s")
            try await store("s").replace(with: "new")
            #expect(try scratch.read("s") == after)
        }
    }

    @Test func `mode, owner and group are kept`() async throws {
        for mode in [0o600, 0o640, 0o444] {
            try scratch.write("old", to: "s", mode: mode)
            if geteuid() == 0 { #expect(chown(scratch.at("s"), 4711, 4712) == 0) }
            try await store("s").replace(with: "new")
            let status = try scratch.status(of: "s")
            #expect(status.mode == mode)
            if geteuid() == 0 { #expect((status.owner, status.group) == (4711, 4712)) }
            try FileManager.default.removeItem(atPath: scratch.at("s"))
        }
    }

    @Test func `mode, owner and group are set where the plan says so`() async throws {
        try scratch.write("old", to: "s", mode: 0o644)
        let me = SettingValue.text(String(geteuid()))
        try await store("s", ["mode": "0400", "owner": me, "group": .text(String(getegid()))])
            .replace(with: "new")
        #expect(try scratch.status(of: "s").mode == 0o400)
    }

    @Test func `a new file is made only where the plan says so, and for the owner only`()
        async throws
    {
        let error = await adapterError {
            try await store("s").write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.code == "file-missing")
        #expect(try scratch.names() == [])
        try await store("s", ["create": "true"]).write(ClientSecret("new"), replacing: nil)
        #expect(try scratch.read("s") == "new")
        #expect(try scratch.status(of: "s").mode == 0o600)
    }

    @Test func `a new file does not overwrite one that was made meanwhile`() async throws {
        try scratch.write("theirs", to: "s")
        let error = await adapterError {
            try await store("s", ["create": "true"]).write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.kind == .conflict)
        #expect(try scratch.read("s") == "theirs")
    }

    @Test func `missing fields are added only where the plan says so`() async throws {
        try scratch.write("{\n  \"a\": 1\n}\n", to: "j")
        let json: [String: SettingValue] = ["format": "json", "field": "secret"]
        let error = await adapterError {
            try await store("j", json).write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.code == "file-field-missing")
        let creating = json.merging(["create": "true"]) { $1 }
        try await store("j", creating).write(ClientSecret("new"), replacing: nil)
        #expect(try scratch.read("j") == "{\n  \"a\": 1,\n  \"secret\": \"new\"\n}\n")
        try scratch.write("A=1", to: "d")
        try await store("d", ["format": "dotenv", "field": "S", "create": "true"])
            .write(ClientSecret("new"), replacing: nil)
        #expect(try scratch.read("d") == "A=1\nS=new\n")
    }

    @Test func `links, directories and second names are refused and left alone`() async throws {
        try scratch.write("old", to: "real")
        #expect(symlink(scratch.at("real"), scratch.at("link")) == 0)
        #expect(mkdir(scratch.at("dir"), 0o700) == 0)
        try scratch.write("old", to: "one")
        #expect(link(scratch.at("one"), scratch.at("two")) == 0)
        for (name, code) in [
            ("link", "file-is-a-link"), ("dir", "file-not-a-file"), ("one", "file-has-links"),
        ] {
            let error = await adapterError { try await store(name).replace(with: "new") }
            #expect(error?.code == code)
            #expect(error?.kind == .refused)
        }
        #expect(try scratch.read("real") == "old")
        #expect(try scratch.read("two") == "old")
    }

    @Test func `a pipe or a device is refused without waiting for it`() async throws {
        #expect(mkfifo(scratch.at("pipe"), 0o600) == 0)
        let started = ContinuousClock.now
        let pipe = await adapterError { try await store("pipe").replace(with: "new") }
        #expect(pipe?.code == "file-not-a-file")
        let device = try FileStore(.of("file", ["path": "/dev/null"]))
        let error = await adapterError { try await device.replace(with: "new") }
        #expect(error?.code == "file-not-a-file")
        #expect(started.duration(to: .now) < .seconds(5))
    }

    @Test(arguments: ["/a/..", "/../a", "/a/./b", "/a/../../etc/x", "/a/", "/", "", "a/../b"])
    func `no path leads out of its directory`(path: String) {
        #expect(throws: AdapterError.self) { try FileStore(.of("file", ["path": .text(path)])) }
    }

    @Test func `a document that is too deep is refused`() async throws {
        try scratch.write(String(repeating: "[", count: 100_000), to: "deep")
        let store = try store("deep", ["format": "json", "field": "a"])
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.code == "file-malformed")
    }

    @Test func `a directory that everybody can write to is refused`() async throws {
        try scratch.write("old", to: "s")
        chmod(scratch.path, 0o777)
        let error = await adapterError { try await store("s").replace(with: "new") }
        #expect(error?.code == "file-directory-open-to-all")
        chmod(scratch.path, 0o1777)
        try await store("s").replace(with: "new")
        #expect(try scratch.read("s") == "new")
        chmod(scratch.path, 0o700)
    }

    @Test func `what a crash left behind is removed, and nothing else`() async throws {
        try scratch.write("old", to: "s")
        let (ours, other) = (ScratchName(for: "s").next(), ScratchName(for: "t").next())
        for name in [ours, other, ".holdover-notes.tmp", "a.tmp"] {
            try scratch.write("x", to: name)
        }
        let lookalike = ScratchName(for: "s").next()
        #expect(symlink(scratch.at("a.tmp"), scratch.at(lookalike)) == 0)
        try await store("s").replace(with: "new")
        #expect(
            try scratch.names()
                == [other, ".holdover-notes.tmp", "a.tmp", "s", lookalike].sorted())
    }

    /// The rename can't be taken back, whatever is there behind it.
    @Test func `a file that can't be read back may have been written`() async throws {
        try scratch.write("old", to: "s")
        let file = try ReplaceableFile(
            Settings(.of("file", ["path": .text(scratch.at("s"))])))
        let error = await adapterError {
            try file.replace(Array("old".utf8), with: Array("new".utf8)) {
                // Files with a second name aren't read.
                _ = link(scratch.at("s"), scratch.at("second"))
            }
        }
        #expect(error?.kind == .unknown && error?.code == "file-has-links")
        #expect(try scratch.read("s") == "new")
    }

    @Test func `a file that was replaced at once may have been written`() async throws {
        try scratch.write("old", to: "s")
        let file = try ReplaceableFile(
            Settings(.of("file", ["path": .text(scratch.at("s"))])))
        let error = await adapterError {
            try file.replace(Array("old".utf8), with: Array("new".utf8)) {
                _ = try? scratch.write("theirs", to: "s")
            }
        }
        #expect(error?.kind == .unknown && error?.code == "file-not-as-written")
    }

    @Test func `what goes away by itself is waited for, and is no finding`() async throws {
        let name = String(repeating: "x", count: 300)
        let store = try FileStore(.of("file", ["path": .text(scratch.at(name))]))
        let error = await adapterError { _ = try await store.preflight() }
        #expect(error?.kind == .unavailable(retryAfter: nil) && error?.code == "file-unreadable")
    }

    @Test func `a file that is too big, or no text, is refused`() async throws {
        try scratch.write(String(repeating: "x", count: ReplaceableFile.cap + 1), to: "big")
        #expect(await adapterError { _ = try await store("big").read() }?.code == "file-too-big")
        try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: scratch.at("bin")))
        #expect(await adapterError { _ = try await store("bin").read() }?.code == "file-malformed")
    }

    @Test func `preflight names what would fail`() async throws {
        #expect(try await store("s").preflight().map(\.code) == ["file-missing"])
        try scratch.write("old", to: "s", mode: 0o644)
        #expect(try await store("s").preflight().map(\.code) == ["file-world-readable"])
        try scratch.write("{", to: "j")
        let json = try store("j", ["format": "json", "field": "a"])
        #expect(try await json.preflight().map(\.code) == ["file-malformed"])
    }

    @Test func `the identity is the place, not the way to it`() async throws {
        let scratch = scratch
        try scratch.write("old", to: "s")
        #expect(symlink(scratch.path, scratch.at("way")) == 0)
        let direct = try await store("s").identity()
        #expect(try await store("way/s").identity() == direct)
        try await store("s").replace(with: "new")
        #expect(try await store("s").identity() == direct)
    }

    @Test(
        arguments: [
            ["path": "relative"], ["path": "/a/../b"], ["path": "/a", "format": "xml"],
            ["path": "/a", "format": "yaml"], ["path": "/a", "format": "toml", "field": "a."],
            ["path": "/a", "format": "properties", "field": "a b"],
            ["path": "/a", "format": "ini", "field": "a."],
            ["path": "/a", "format": "ini", "field": ".a"],
            ["path": "/a", "format": "ini", "field": "/a/b/c"],
            ["path": "/a", "format": "ini", "field": "a=b"],
            ["path": "/a", "candidate_field": "x"],
            ["path": "/a", "format": "json"], ["path": "/a", "mode": "0666"],
            ["path": "/a", "mode": "rw"], ["path": "/a", "field": "x"],
            ["path": "/a", "owner": "no such user"], ["path": "/a", "create": "yes"],
            ["path": "/a", "format": "json", "field": "a..b"],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) {
        #expect(throws: AdapterError.self) { try FileStore(.of("file", values)) }
    }
}

/// What needs root: a file system of our own that can be full, and a mount over a single file.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct FileStoreMountTests {
    @Test func `a full disk changes nothing and leaves nothing`() async throws {
        let scratch = try ScratchDirectory()
        guard mount("tmpfs", scratch.path, "tmpfs", 0, "size=16k") == 0 else {
            Issue.record("root, and yet no tmpfs: \(String(cString: strerror(errno)))")
            return
        }
        defer { umount(scratch.path) }
        chmod(scratch.path, 0o700)
        try scratch.write(
            "{\"s\":\"old\",\"pad\":\"\(String(repeating: "x", count: 7_000))\"}", to: "s")
        try scratch.write(String(repeating: "y", count: 6_000), to: "filler")
        let before = try scratch.read("s")
        let store = try FileStore(
            .of("file", ["path": .text(scratch.at("s")), "format": "json", "field": "s"]))
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.code == "file-no-space")
        #expect(error?.provesNoEffect == true)
        #expect(try scratch.read("s") == before)
        #expect(try scratch.names() == ["filler", "s"])
    }

    @Test func `a file that is a mount of its own is refused`() async throws {
        let scratch = try ScratchDirectory()
        try scratch.write("old", to: "a file")
        try scratch.write("host", to: "source")
        guard mount(scratch.at("source"), scratch.at("a file"), nil, UInt(MS_BIND), nil) == 0 else {
            Issue.record("root, and yet no bind mount: \(String(cString: strerror(errno)))")
            return
        }
        defer { umount(scratch.at("a file")) }
        let store = try FileStore(.of("file", ["path": .text(scratch.at("a file"))]))
        #expect(try await store.preflight().map(\.code) == ["file-is-a-mount"])
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.code == "file-is-a-mount")
        #expect(try scratch.read("a file") == "host")
        #expect(try scratch.names() == ["a file", "source"])
    }
}
