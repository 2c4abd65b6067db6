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
        case EACCES, EPERM, EROFS:
            return AdapterError(.unauthorized, code: "file-forbidden", message: "file: \(reason)")
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

    static func words(_ code: Int32) -> String { String(cString: strerror(code)) }
}
