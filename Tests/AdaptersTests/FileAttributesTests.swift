import CXattr
import Foundation
import Glibc
import RotationCore
import Testing

@testable import Adapters

/// What a file has beside its content, and directories that belong to others.
@Suite struct FileAttributesTests {
    /// An access control list (version 2): the owner reads and writes, the user 4711 reads.
    private static let list: [UInt8] =
        [2, 0, 0, 0] + entry(0x01, 6) + entry(0x02, 4, id: 4711) + entry(0x04, 0)
        + entry(0x10, 4) + entry(0x20, 0)

    private static func entry(_ tag: UInt8, _ rights: UInt8, id: UInt32 = .max) -> [UInt8] {
        [tag, 0, rights, 0] + (0..<4).map { UInt8(truncatingIfNeeded: id >> ($0 * 8)) }
    }

    private static func set(_ name: String, _ value: [UInt8], of path: String) -> Bool {
        setxattr(path, name, value, value.count, 0) == 0
    }

    private static func get(_ name: String, of path: String) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: 256)
        let count = getxattr(path, name, &value, value.count)
        return count < 0 ? nil : Array(value[..<count])
    }

    /// Whether the file system of temporary files takes both kinds.
    private static let takesAttributes: Bool = {
        guard let scratch = try? ScratchDirectory(), let path = try? scratch.write("x", to: "probe")
        else { return false }
        return set("user.holdover", [1], of: path) && set("system.posix_acl_access", list, of: path)
    }()

    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func replace(_ name: String, _ values: [String: SettingValue] = [:]) async throws {
        let store = try FileStore(
            .of("file", ["path": .text(scratch.at(name))].merging(values) { $1 }))
        try await store.write(ClientSecret("new"), replacing: store.read()?.version)
        #expect(try scratch.read(name) == "new")
    }

    @Test(.enabled(if: takesAttributes, "needs a file system with attributes and lists"))
    func `attributes and access lists are kept`() async throws {
        let path = try scratch.write("old", to: "s", mode: 0o600)
        #expect(Self.set("user.origin", Array("vault\u{0}7".utf8), of: path))
        #expect(Self.set("user.empty", [], of: path))
        #expect(Self.set("system.posix_acl_access", Self.list, of: path))
        let mode = try scratch.status(of: "s").mode
        try await replace("s")
        #expect(Self.get("user.origin", of: path) == Array("vault\u{0}7".utf8))
        #expect(Self.get("user.empty", of: path) == [])
        #expect(Self.get("system.posix_acl_access", of: path) == Self.list)
        #expect(try scratch.status(of: "s").mode == mode)
    }

    @Test(.enabled(if: takesAttributes, "needs a file system with attributes and lists"))
    func `the directory's list for new files lets nobody in`() async throws {
        let path = try scratch.write("old", to: "s", mode: 0o640)
        #expect(Self.set("system.posix_acl_default", Self.list, of: scratch.path))
        try await replace("s")
        #expect(Self.get("system.posix_acl_access", of: path) == nil)
        #expect(try scratch.status(of: "s").mode == 0o640)
        try scratch.write("other", to: "t", mode: 0o600)
        #expect(Self.get("system.posix_acl_access", of: scratch.at("t")) != nil)
    }

    @Test(.enabled(if: takesAttributes && geteuid() == 0, "needs root, attributes and lists"))
    func `they are kept for another owner too, and what nobody asked for is not copied`()
        async throws
    {
        let path = try scratch.write("old", to: "s", mode: 0o600)
        #expect(Self.set("user.origin", [1], of: path))
        #expect(Self.set("trusted.holdover", [1], of: path))
        #expect(Self.set("system.posix_acl_access", Self.list, of: path))
        #expect(chown(path, 4711, 4712) == 0)
        try await replace("s", ["mode": "0400"])
        let status = try scratch.status(of: "s")
        #expect((status.mode, status.owner, status.group) == (0o400, 4711, 4712))
        #expect(Self.get("user.origin", of: path) == [1])
        #expect(Self.get("trusted.holdover", of: path) == nil)
        // The mode of the plan closes the list, as chmod does.
        #expect(Self.get("system.posix_acl_access", of: path)?[30] == 0)
    }

    @Test func `a label that the new file can't be given is a refusal`() {
        let refusal = FileFailure.attribute("/f", "security.selinux", EPERM)
        #expect(refusal.code == "file-attribute-lost" && refusal.provesNoEffect)
        #expect(FileFailure.attribute("/f", "user.a", ENOSPC).code == "file-no-space")
    }

    @Test func `a volume of Kubernetes is refused with the reason`() async throws {
        #expect(mkdir(scratch.at("..2026_01_02_03_04_05.1"), 0o755) == 0)
        #expect(symlink("..2026_01_02_03_04_05.1", scratch.at("..data")) == 0)
        #expect(symlink("..data/secret", scratch.at("secret")) == 0)
        #expect(symlink("..data/sub", scratch.at("sub")) == 0)
        try scratch.write("old", to: "..data/secret")
        #expect(mkdir(scratch.at("..data/sub"), 0o755) == 0)
        try scratch.write("old", to: "..data/sub/secret")
        for name in ["secret", "..data/secret", "..2026_01_02_03_04_05.1/secret", "sub/secret"] {
            let store = try FileStore(.of("file", ["path": .text(scratch.at(name))]))
            let findings = try await store.preflight()
            #expect(findings.map(\.code) == ["file-is-a-volume"], "\(name)")
            #expect(findings.first?.message.contains("change the Secret") == true)
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: nil)
            }
            #expect(error?.code == "file-is-a-volume", "\(name)")
        }
        #expect(try scratch.read("..data/secret") == "old")
    }

    @Test func `directories that only look like a volume are not one`() async throws {
        #expect(mkdir(scratch.at("..2026"), 0o700) == 0)
        try scratch.write("old", to: "..2026/s")
        try await replace("..2026/s")
        try scratch.write("old", to: "..data")
        try await replace("..data")
    }

    @Test func `a credential of a running unit is refused`() {
        let error = #expect(throws: AdapterError.self) {
            try ManagedVolume.refuse("/run/credentials/a.service", file: "/run/credentials/a/s")
        }
        #expect(error?.code == "file-is-a-credential")
        #expect(throws: Never.self) {
            try ManagedVolume.refuse("/run/credentials-of-ours", file: "/run/credentials-of-ours/s")
        }
    }
}

/// What needs root: a file system that can't be written to.
@Suite(.enabled(if: geteuid() == 0, "needs root")) struct ReadOnlyFileTests {
    @Test func `a mount for reading is refused with the reason`() async throws {
        let scratch = try ScratchDirectory()
        guard mount("tmpfs", scratch.path, "tmpfs", 0, "size=64k,mode=700") == 0 else {
            Issue.record("root, and yet no tmpfs: \(String(cString: strerror(errno)))")
            return
        }
        defer { #expect(umount2(scratch.path, Int32(MNT_DETACH)) == 0) }
        try scratch.write("old", to: "s")
        let flags = UInt(MS_REMOUNT | MS_RDONLY)
        #expect(mount("tmpfs", scratch.path, "tmpfs", flags, nil) == 0)
        let store = try FileStore(.of("file", ["path": .text(scratch.at("s"))]))
        #expect(try await store.preflight().map(\.code) == ["file-read-only"])
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.code == "file-read-only")
        #expect(error?.provesNoEffect == true)
        #expect(try scratch.read("s") == "old")
    }
}
