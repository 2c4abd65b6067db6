import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// Directories whose files somebody else writes, and would write over.
enum ManagedVolume {
    /// Refuses a directory without links on the way that belongs to the kubelet or to systemd.
    ///
    /// A volume of Kubernetes has its files in `..2026_01_02_…`, to which `..data` beside it leads.
    static func refuse(_ directory: String, file: String) throws(AdapterError) {
        if "\(directory)/".hasPrefix("/run/credentials/") {
            throw FileFailure.refused(
                "is-a-credential",
                "\(safeText(file)) is a copy that systemd made for a unit; write to the file that "
                    + "the unit's LoadCredential= names")
        }
        var parent = ""
        for part in directory.split(separator: "/") {
            if part.hasPrefix(".."), isLink("\(parent)/..data") { throw kubernetes(file) }
            parent += "/\(part)"
        }
    }

    /// Whether `name` in the open directory is a link into such a volume's data.
    static func isLink(_ name: String, in directory: Int32) -> Bool {
        var target = [CChar](repeating: 0, count: 7)
        let count = readlinkat(directory, name, &target, target.count)
        return count == 7 && target.map { UInt8(bitPattern: $0) } == Array("..data/".utf8)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    static func kubernetes(_ file: String) -> AdapterError {
        FileFailure.refused(
            "is-a-volume",
            "\(safeText(file)) is in a volume that the kubelet keeps and would write over; "
                + "change the Secret that it comes from")
    }
}
