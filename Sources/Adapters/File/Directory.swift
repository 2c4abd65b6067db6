import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// An open directory.
///
/// Everything in it is reached by name and descriptor, so that nobody can put another directory in
/// its place between two steps.
struct Directory: Sendable {
    let descriptor: Int32
    private let path: String

    /// Opens the directory of `file`, an absolute path without links on the way.
    ///
    /// Refuses one in which, or above which, anybody could exchange files.
    init(of file: String) throws(AdapterError) {
        let slash = file.lastIndex(of: "/") ?? file.startIndex
        let parent = slash == file.startIndex ? "/" : String(file[..<slash])
        try ManagedVolume.refuse(parent, file: file)
        try Self.refuseOpenToAll(parent)
        path = file
        descriptor = Glibc.open(parent, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.reading(file, errno) }
    }

    func close() { _ = Glibc.close(descriptor) }

    /// Refuses what anybody could write to, or exchange; `directory` is absolute and without links.
    static func refuseOpenToAll(_ directory: String) throws(AdapterError) {
        var current = directory[...]
        while true {
            let shown = current.isEmpty ? "/" : String(current)
            var status = stat()
            guard lstat(shown, &status) == 0 else { throw FileFailure.reading(shown, errno) }
            guard status.st_mode & S_IWOTH == 0 || status.st_mode & S_ISVTX != 0 else {
                throw FileFailure.refused(
                    "directory-open-to-all",
                    "\(safeText(shown)) can be written by everybody and has no sticky bit")
            }
            guard let slash = current.lastIndex(of: "/") else { return }
            if current == "/" { return }
            current = current[..<slash]
        }
    }

    /// Opens the file `name`; nil where there is none.
    ///
    /// Links, devices and files with a second name are refused: a rename would leave the other name
    /// behind with the old content.
    func open(_ name: String) throws(AdapterError) -> OpenFile? {
        let file = openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            if code == ELOOP, ManagedVolume.isLink(name, in: descriptor) {
                throw ManagedVolume.kubernetes(path)
            }
            throw FileFailure.reading(path, code)
        }
        let opened = OpenFile(descriptor: file, path: path)
        do throws(AdapterError) {
            let status = try opened.status()
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw FileFailure.refused(
                    "not-a-file", "\(safeText(path)) is not a regular file")
            }
            guard status.st_nlink == 1 else {
                throw FileFailure.refused(
                    "has-links", "\(safeText(path)) has \(status.st_nlink) names (hard links)")
            }
        } catch {
            opened.close()
            throw error
        }
        return opened
    }

    /// The bytes of the file `name`; nil where there is none.
    func content(_ name: String, upTo cap: Int) throws(AdapterError) -> [UInt8]? {
        guard let file = try open(name) else { return nil }
        defer { file.close() }
        return try file.content(upTo: cap)
    }

    /// A new, empty file with its final owner and mode.
    func create(_ name: String, _ wanted: FileAttributes.Wanted)
        throws(AdapterError) -> (file: OpenFile, name: String)
    {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = openat(descriptor, name, flags, 0o600)
        guard file >= 0 else { throw FileFailure.writing(path, errno) }
        let created = OpenFile(descriptor: file, path: path)
        do throws(AdapterError) {
            try created.assume(wanted)
        } catch {
            created.close()
            remove(name)
            throw error
        }
        return (created, name)
    }

    /// Gives `temporary` its final name.
    ///
    /// Where there was no file, none is overwritten.
    func rename(_ temporary: String, to name: String, hadFile: Bool) throws(AdapterError) {
        guard hadFile else {
            guard linkat(descriptor, temporary, descriptor, name, 0) == 0 else {
                throw errno == EEXIST ? appeared : FileFailure.writing(path, errno)
            }
            return remove(temporary)
        }
        guard renameat(descriptor, temporary, descriptor, name) == 0 else {
            throw FileFailure.writing(path, errno)
        }
    }

    private var appeared: AdapterError {
        AdapterError(
            .conflict, code: "file-changed",
            message: "file: \(safeText(path)) was made by somebody else")
    }

    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    /// Makes the rename durable.
    func sync() throws(AdapterError) {
        guard fsync(descriptor) != 0 else { return }
        throw AdapterError(
            .unknown, code: "file-not-synced",
            message: "file: the directory of \(safeText(path)): \(FileFailure.words(errno))")
    }

    /// Removes what an earlier run of ours left behind: a plain file with our name for it and an
    /// owner that we give.
    func removeLeftovers(_ scratch: ScratchName, ownedBy owner: uid_t) {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            // The directory may be full of others' files: most are told by a few bytes.
            let isOurs = withUnsafeBytes(of: &entry.pointee.d_name) { scratch.mayMatch($0) }
            guard isOurs else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            guard scratch.matches(name),
                fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG, [owner, geteuid()].contains(status.st_uid)
            else { continue }
            remove(name)
        }
    }
}
