import CXattr
import Glibc
import RotationCore

/// The extended attributes of a file that its replacement must have too (xattr(7)): the SELinux or
/// Smack label, the access control list, and what users put there.
///
/// Others are left to the kernel: hashes of the content (`security.ima`, `security.evm`) would be
/// wrong, capabilities make no sense, and `trusted.*` belongs to file systems.
struct ExtendedAttributes: Sendable, Hashable {
    /// POSIX.1e; also what a directory's default list gives to new files.
    fileprivate static let list = "system.posix_acl_access"

    fileprivate let values: [String: [UInt8]]

    fileprivate static func isKept(_ name: String) -> Bool {
        name == list || name == "security.selinux" || name.hasPrefix("security.SMACK64")
            || name.hasPrefix("user.")
    }
}

extension OpenFile {
    /// What is there now; nothing where the file system knows no such attributes.
    func extendedAttributes() throws(AdapterError) -> ExtendedAttributes {
        let names = try Self.bytes(path) { flistxattr(descriptor, $0, $1) } ?? []
        var values: [String: [UInt8]] = [:]
        for raw in names.split(separator: 0) {
            let name = String(decoding: raw, as: UTF8.self)
            guard ExtendedAttributes.isKept(name) else { continue }
            values[name] = try Self.bytes(path) { fgetxattr(descriptor, name, $0, $1) }
        }
        return ExtendedAttributes(values: values)
    }

    /// Takes on what another file had, label, list and all.
    func assume(_ wanted: ExtendedAttributes) throws(AdapterError) {
        let own = try extendedAttributes()
        guard own != wanted else { return }
        for (name, value) in wanted.values.sorted(by: { $0.key < $1.key })
        where own.values[name] != value {
            guard fsetxattr(descriptor, name, value, value.count, 0) == 0 else {
                throw FileFailure.attribute(path, name, errno)
            }
        }
        // The directory's default list may let somebody in whom the old file kept out.
        let list = ExtendedAttributes.list
        if own.values[list] != nil, wanted.values[list] == nil {
            guard fremovexattr(descriptor, list) == 0 else {
                throw FileFailure.attribute(path, list, errno)
            }
        }
    }

    /// All that `read` gives, which says how much there is when it is asked for nothing; nil where
    /// there is none.
    private static func bytes(
        _ path: String, _ read: (UnsafeMutablePointer<CChar>?, Int) -> Int
    ) throws(AdapterError) -> [UInt8]? {
        while true {
            let size = read(nil, 0)
            guard size > 0 else { return size == 0 ? [] : try none(path) }
            var buffer = [CChar](repeating: 0, count: size)
            let count = buffer.withUnsafeMutableBufferPointer { read($0.baseAddress, $0.count) }
            if count < 0, errno == ERANGE { continue }  // It grew in between.
            guard count >= 0 else { return try none(path) }
            return buffer[..<count].map { UInt8(bitPattern: $0) }
        }
    }

    private static func none(_ path: String) throws(AdapterError) -> [UInt8]? {
        guard errno == ENOTSUP || errno == ENODATA || errno == ENOSYS else {
            throw FileFailure.reading(path, errno)
        }
        return nil
    }
}
