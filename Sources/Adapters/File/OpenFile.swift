import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// An open file, with the path to name in errors.
struct OpenFile: Sendable {
    let descriptor: Int32
    let path: String

    func close() { _ = Glibc.close(descriptor) }

    func status() throws(AdapterError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure.reading(path, errno) }
        return status
    }

    /// All the bytes; refused where they are more than `cap`.
    func content(upTo cap: Int) throws(AdapterError) -> [UInt8] {
        // One byte more than there should be shows the end, or that the file grows.
        let expected = Int(clamping: try status().st_size)
        var bytes = [UInt8](repeating: 0, count: min(max(expected, 0), cap) + 1)
        var count = 0
        while count <= cap {
            if count == bytes.count {
                bytes += [UInt8](repeating: 0, count: min(bytes.count, cap + 1 - count))
            }
            let step = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if step < 0, errno == EINTR { continue }
            guard step >= 0 else { throw FileFailure.reading(path, errno) }
            guard step > 0 else { return Array(bytes[..<count]) }
            count += step
        }
        throw FileFailure.tooBig(path, cap)
    }

    /// Takes on the attributes, the owner and the mode, before there is a byte to protect.
    func assume(_ wanted: FileAttributes.Wanted) throws(AdapterError) {
        // First, while the file is still ours.
        if let extended = wanted.extended { try assume(extended) }
        let own = try status()
        if own.st_uid != wanted.owner || own.st_gid != wanted.group {
            guard fchown(descriptor, wanted.owner, wanted.group) == 0 else {
                throw FileFailure.writing(path, errno)
            }
        }
        // Last, since a change of the owner clears bits, and a list sets those of the group.
        guard fchmod(descriptor, wanted.mode) == 0 else { throw FileFailure.writing(path, errno) }
    }

    /// Writes everything and makes it durable.
    func write(_ bytes: [UInt8]) throws(AdapterError) {
        var count = 0
        while count < bytes.count {
            let step = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw FileFailure.writing(path, errno) }
            count += step
        }
        guard fsync(descriptor) == 0 else { throw FileFailure.writing(path, errno) }
    }
}
