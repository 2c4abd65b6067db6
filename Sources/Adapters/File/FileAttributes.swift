import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// The mode, owner and group that a plan asks for; what it doesn't say is kept, and so are labels,
/// lists and other attributes.
struct FileAttributes: Sendable {
    let mode: mode_t?
    private let owner: uid_t?
    private let group: gid_t?

    /// What a plan says about them.
    static let settings = [
        SettingDescriptor(
            "mode", .text,
            summary: "the file's mode, such as \"0600\"; left out: kept, and 0600 for a new file"),
        SettingDescriptor(
            "owner", .text, summary: "the file's owner, name or number; left out: kept"),
        SettingDescriptor(
            "group", .text, summary: "the file's group, name or number; left out: kept"),
    ]

    /// What a file is to have.
    struct Wanted: Sendable {
        let mode: mode_t
        let owner: uid_t
        let group: gid_t
        /// Of the file that is replaced; nil where there is none.
        let extended: ExtendedAttributes?
    }

    init(_ settings: Settings) throws(AdapterError) {
        if let text = try settings.text("mode") {
            guard (3...4).contains(text.utf8.count), let mode = mode_t(text, radix: 8),
                mode & 0o7002 == 0
            else {
                throw settings.invalid(
                    "mode", "is not an octal mode such as \"0600\" that others can't write")
            }
            self.mode = mode
        } else {
            mode = nil
        }
        owner = try settings.text("owner").map { name throws(AdapterError) in
            guard let id = uid_t(name) ?? Self.user(name) else {
                throw settings.invalid("owner", "is not a user of this host")
            }
            return id
        }
        group = try settings.text("group").map { name throws(AdapterError) in
            guard let id = gid_t(name) ?? Self.group(name) else {
                throw settings.invalid("group", "is not a group of this host")
            }
            return id
        }
    }

    /// What the replacement of `file` is to have; nil is a new file.
    func wanted(for file: OpenFile?) throws(AdapterError) -> Wanted {
        let status = try file?.status()
        return Wanted(
            mode: mode ?? status.map { $0.st_mode & 0o7777 } ?? 0o600,
            owner: owner ?? status?.st_uid ?? geteuid(),
            group: group ?? status?.st_gid ?? getegid(), extended: try file?.extendedAttributes())
    }

    private static func user(_ name: String) -> uid_t? {
        var entry = passwd()
        var result: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else {
            return nil
        }
        return entry.pw_uid
    }

    private static func group(_ name: String) -> gid_t? {
        var entry = Glibc.group()
        var result: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 65_536)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &result) == 0, result != nil else {
            return nil
        }
        return entry.gr_gid
    }
}
