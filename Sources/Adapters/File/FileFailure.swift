import Glibc
import RotationCore

/// The file adapter's errors, worded in one place.
enum FileFailure {
    static func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(.refused, code: "file-\(code)", message: "file: \(reason)")
    }

    static func reading(_ path: String, _ code: Int32) -> AdapterError {
        let reason = "\(safeText(path)): \(words(code))"
        switch code {
        case ENOENT, ENOTDIR:
            return AdapterError(
                .missing, code: "file-directory-missing", message: "file: \(reason)")
        case EACCES, EPERM:
            return AdapterError(.unauthorized, code: "file-forbidden", message: "file: \(reason)")
        case ELOOP:
            return refused("is-a-link", "\(safeText(path)) is a symbolic link")
        default:
            return AdapterError(
                .unavailable(retryAfter: nil), code: "file-unreadable", message: "file: \(reason)")
        }
    }

    /// A failure before the rename: nothing has changed.
    static func writing(_ path: String, _ code: Int32) -> AdapterError {
        let reason = "\(safeText(path)): \(words(code))"
        switch code {
        case ENOSPC, EDQUOT:
            return AdapterError(
                .unavailable(retryAfter: nil), code: "file-no-space", message: "file: \(reason)")
        case EACCES, EPERM:
            return AdapterError(.unauthorized, code: "file-forbidden", message: "file: \(reason)")
        case EROFS:
            return readOnly(path)
        case EBUSY, EXDEV:
            return mount(path)
        default:
            return AdapterError(
                .unavailable(retryAfter: nil), code: "file-unwritable", message: "file: \(reason)")
        }
    }

    /// Nothing is written in place: a reader could see a half, and a crash could leave one.
    static func mount(_ path: String) -> AdapterError {
        refused(
            "is-a-mount",
            "\(safeText(path)) is a mount of its own and can't be renamed over; "
                + "mount its directory instead")
    }

    /// No right of ours helps against it.
    static func readOnly(_ path: String) -> AdapterError {
        refused(
            "read-only",
            "\(safeText(path)) is on a file system that is mounted read-only; "
                + "mount it for writing here, or write where it comes from")
    }

    static func tooBig(_ path: String, _ cap: Int) -> AdapterError {
        refused("too-big", "\(safeText(path)) has more than \(cap) bytes")
    }

    /// A reader could be locked out, or let in, without what the old file has.
    static func attribute(_ path: String, _ name: String, _ code: Int32) -> AdapterError {
        guard code != ENOSPC && code != EDQUOT else { return writing(path, code) }
        return refused(
            "attribute-lost",
            "\(safeText(path)) has the attribute \(safeText(name)), "
                + "which the new file can't be given: \(words(code))")
    }

    static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
