import Foundation

/// Whether a directory may hold a journal.
public enum StateDirectory {
    /// Throws unless `path` is a directory of ours, closed to others, on a local file system.
    public static func check(_ path: String) throws(JournalFailure) {
        try check(path, mounts: "/proc/self/mountinfo")
    }

    /// The same with the kernel's mount table at `mounts`.
    static func check(_ path: String, mounts: String) throws(JournalFailure) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            throw JournalFailure(.missing, "\(path): \(String(cString: strerror(errno)))")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw JournalFailure(.unsuitable, "\(path) is not a directory")
        }
        guard status.st_uid == geteuid() else {
            throw JournalFailure(.unsuitable, "\(path) belongs to another user")
        }
        guard status.st_mode & 0o022 == 0 else {
            throw JournalFailure(
                .unsuitable, "\(path) may be written by others (chmod 700 \(path))")
        }
        let type = fileSystemType(ofDevice: status.st_dev, in: mounts)
        guard !isRemote(type) else {
            throw JournalFailure(
                .unsuitable, "\(path) is on a file system of type \(type); use a local disk")
        }
    }

    /// Makes a directory of mode 0700, and those on the way to it, so that all of them last.
    ///
    /// What is synced into a directory is lost with it where its own name was never synced.
    public static func make(_ path: String) throws {
        var missing: [String] = []
        var place = URL(fileURLWithPath: path)
        while access(place.path, F_OK) != 0, place.path != "/" {
            missing.append(place.path)
            place.deleteLastPathComponent()
        }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        for made in missing where !DurableFile.syncDirectory(of: made) {
            // A directory that we may write to and not read can't be synced.
            guard errno == EACCES else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        }
    }

    /// Locks and fsync can't be relied on across a network or through FUSE.
    static func isRemote(_ type: String) -> Bool {
        let remote: Set<String> = [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre",
            "coda", "beegfs", "orangefs", "virtiofs", "fuse", "fuseblk",
        ]
        return remote.contains(type) || type.hasPrefix("fuse.")
    }

    /// The type as the kernel's mount table has it (proc(5), mountinfo); empty where it has none.
    static func fileSystemType(
        ofDevice device: dev_t, in mounts: String = "/proc/self/mountinfo"
    ) -> String {
        let number = number(of: device)
        let table = (try? String(contentsOfFile: mounts, encoding: .utf8)) ?? ""
        for line in table.split(separator: "\n") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            let fields = halves.first?.split(separator: " ") ?? []
            guard halves.count == 2, fields.count > 4, fields[2] == number else { continue }
            return String(halves[1].prefix { $0 != " " })
        }
        return ""
    }

    /// A device as the mount table spells it: major and minor (makedev(3)).
    static func number(of device: dev_t) -> String {
        "\((device >> 8) & 0xFFF):\((device & 0xFF) | ((device >> 12) & 0xFFF00))"
    }
}
