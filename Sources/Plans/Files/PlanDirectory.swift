#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// The directory where plans lie, or a single file of them.
///
/// Of a directory, the files `*.yaml` and `*.yml` right in it count, sorted by name. Hidden files
/// and sub-directories don't, so that examples and drafts have a place; nor does
/// ``alertSettings``.
public struct PlanDirectory: Sendable {
    /// The one file of a directory that holds no plan: who is told of what.
    public static let alertSettings = "alerts.yaml"

    private let path: String

    /// The directory, or the file, at `path`.
    public init(_ path: String) { self.path = path }

    /// The files of plans with their stamps: one look at each, none is opened.
    public func files() throws(PlanErrors) -> [PlanFile] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            return [PlanFile(path: path, stamp: FileStamp(status))]
        }
        if status.st_mode & S_IWOTH != 0, status.st_mode & S_ISVTX == 0 {
            throw PlanErrors([
                PlanProblem(
                    file: path, code: "writable-by-others",
                    message: "everybody may replace the plans in this directory",
                    suggestion: "chmod o-w \(path.shellWord)")
            ])
        }
        guard let directory = opendir(path) else { throw unreadable(path, errno) }
        defer { closedir(directory) }
        var files: [PlanFile] = []
        for name in Self.names(in: directory) {
            guard fstatat(dirfd(directory), name, &status, 0) == 0 else {
                throw unreadable(join(name), errno)
            }
            guard status.st_mode & S_IFMT == S_IFREG else { continue }
            files.append(PlanFile(path: join(name), stamp: FileStamp(status)))
        }
        return files
    }

    private static func names(in directory: OpaquePointer) -> [String] {
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let isPlan = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
            if isPlan, !name.hasPrefix("."), name != alertSettings { names.append(name) }
        }
        return names.sorted()
    }

    private func join(_ name: String) -> String {
        path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }

    private func unreadable(_ path: String, _ code: Int32) -> PlanErrors {
        PlanErrors([
            PlanProblem(
                file: path, code: "unreadable",
                message: "can't be read: \(String(cString: strerror(code)))",
                suggestion: code == ENOENT ? "name the plans with --plans-dir" : nil)
        ])
    }
}

extension FileStamp {
    init(_ status: stat) {
        let nanoseconds = { (time: timespec) in
            Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }
        self.init(
            size: Int64(status.st_size), modified: nanoseconds(status.st_mtim),
            changed: nanoseconds(status.st_ctim), inode: UInt64(status.st_ino))
    }
}

extension String {
    /// The text as one word of a shell, for lines that people copy.
    var shellWord: String {
        let isPlain = utf8.allSatisfy {
            Spelling.isLower($0) || Spelling.isUpper($0) || Spelling.isDigit($0)
                || "/._-".utf8.contains($0)
        }
        return isPlain && !isEmpty ? self : "'" + replacing("'", with: #"'\''"#) + "'"
    }
}
