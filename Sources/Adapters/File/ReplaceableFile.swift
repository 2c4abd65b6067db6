import CoreFoundation  // for `stat`, which is one module's or the other's
import Glibc
import RotationCore

/// One regular file that is replaced as a whole: written beside, synced, renamed over, synced
/// again.
struct ReplaceableFile: Sendable {
    /// How much of a file is read at most: nobody keeps a secret in something bigger.
    static let cap = 1 << 20

    private let path: String
    private let attributes: FileAttributes

    init(_ settings: Settings) throws(AdapterError) {
        path = try settings.absolutePath("path")
        attributes = try FileAttributes(settings)
    }

    /// The path, fit to be shown.
    var shownPath: String { safeText(path) }

    private var name: String { String(path[path.index(after: slash)...]) }
    private var slash: String.Index { path.lastIndex(of: "/") ?? path.startIndex }

    /// The path with every link on the way to the directory resolved.
    func realPath() throws(AdapterError) -> String {
        let directory = path[..<slash].isEmpty ? "/" : String(path[..<slash])
        guard let resolved = realpath(directory, nil) else {
            throw FileFailure.reading(path, errno)
        }
        defer { free(resolved) }
        let real = String(cString: resolved)
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }

    /// The bytes; nil where there is no file.
    ///
    /// Anything that is not a plain file is refused.
    func content() throws(AdapterError) -> [UInt8]? {
        let directory = try Directory(of: realPath())
        defer { directory.close() }
        guard let file = try directory.open(name) else { return nil }
        defer { file.close() }
        return try file.content(upTo: Self.cap)
    }

    /// What could keep a replacement from working.
    func findings() throws(AdapterError) -> [Finding] {
        let real = try realPath()
        let directory = try Directory(of: real)
        defer { directory.close() }
        // A volume that others manage is also read-only: their name says more.
        let file = try directory.open(name)
        defer { file?.close() }
        guard faccessat(directory.descriptor, ".", W_OK | X_OK, AT_EACCESS) == 0 else {
            if errno == EROFS { throw FileFailure.readOnly(path) }
            throw FileFailure.refused(
                "directory-not-writable", "the directory of \(shownPath) is not writable")
        }
        if Self.isMountPoint(real) { throw FileFailure.mount(path) }
        guard let status = try file?.status() else { return [] }
        var found: [Finding] = []
        let mode = attributes.mode ?? (status.st_mode & 0o7777)
        if mode & 0o004 != 0 {
            found.append(
                Finding(
                    .warning, code: "file-world-readable",
                    message: "file: \(shownPath) can be read by everybody on this host"))
        }
        return found
    }

    /// Puts `replacement` in the place of `content`, which is what the caller has read (nil: no
    /// file).
    ///
    /// Atomic: another reader sees the one or the other. Throws `conflict` where the file is not
    /// what was read, and `unknown` only behind the rename: where it may not survive a power cut,
    /// or the file isn't what was written, or can't be read. `renamed` is called just behind it, by
    /// tests.
    func replace(
        _ content: [UInt8]?, with replacement: [UInt8], renamed: () -> Void = {}
    ) throws(AdapterError) {
        // What can't be read back is not written.
        guard replacement.count <= Self.cap else { throw FileFailure.tooBig(path, Self.cap) }
        let real = try realPath()
        if Self.isMountPoint(real) { throw FileFailure.mount(path) }
        let directory = try Directory(of: real)
        defer { directory.close() }
        let current = try directory.open(name)
        defer { current?.close() }
        let wanted = try attributes.wanted(for: current)
        let scratch = ScratchName(for: name)
        directory.removeLeftovers(scratch, ownedBy: wanted.owner)
        let temporary = try directory.create(scratch.next(), wanted)
        defer { temporary.file.close() }
        do throws(AdapterError) {
            try temporary.file.write(replacement)
            guard try directory.content(name, upTo: Self.cap) == content else {
                throw AdapterError(
                    .conflict, code: "file-changed",
                    message: "file: \(shownPath) was changed by somebody else")
            }
            try directory.rename(temporary.name, to: name, hadFile: content != nil)
        } catch {
            directory.remove(temporary.name)
            throw error
        }
        renamed()
        do throws(AdapterError) {
            try directory.sync()
            guard try directory.content(name, upTo: Self.cap) == replacement else {
                throw FileFailure.refused(
                    "not-as-written", "\(shownPath) is not what was just written")
            }
        } catch {
            throw error.leavingDoubt
        }
    }

    /// Removes what writes that were cut left in the directory.
    func sweep() throws(AdapterError) {
        let directory = try Directory(of: realPath())
        defer { directory.close() }
        let current = try directory.open(name)
        defer { current?.close() }
        let wanted = try attributes.wanted(for: current)
        directory.removeLeftovers(ScratchName(for: name), ownedBy: wanted.owner)
    }

    /// Whether the file itself is a mount point, as containers get single files: it can't be
    /// renamed over.
    private static func isMountPoint(_ path: String) -> Bool {
        guard let stream = fopen("/proc/self/mountinfo", "re") else { return false }
        defer { fclose(stream) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        defer { free(line) }
        // proc(5): the fifth field, with blanks and backslashes as octal escapes.
        let field = Array(" \(mountSpelling(path)) ".utf8).map { CChar(bitPattern: $0) } + [0]
        while getline(&line, &size, stream) > 0, let text = line {
            guard strstr(text, field) != nil else { continue }
            let fields = String(cString: text).split(separator: " ")
            if fields.count > 4, fields[4] == mountSpelling(path) { return true }
        }
        return false
    }

    private static func mountSpelling(_ path: String) -> String {
        path.replacing("\\", with: "\\134").replacing(" ", with: "\\040")
            .replacing("\t", with: "\\011").replacing("\n", with: "\\012")
    }
}
