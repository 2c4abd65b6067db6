import Foundation

/// The files below a directory at one moment.
struct DiskImage: Sendable, Hashable {
    struct File: Sendable, Hashable {
        var content: Data
        var attributes: Attributes
    }

    var files: [String: File] = [:]
    var directories: Set<String> = []

    init() {}

    /// What lies below `root`.
    init(reading root: String) throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
            var status = stat()
            guard lstat("\(root)/\(path)", &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                directories.insert(path)
            } else {
                files[path] = File(
                    content: try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)")),
                    attributes: Attributes(
                        mode: status.st_mode & 0o7777, owner: status.st_uid, group: status.st_gid))
            }
        }
    }

    /// Makes what lies below `root` equal to the image; a file that differs is replaced at once.
    ///
    /// `present` is what lies there, where that is known.
    func put(at root: String, insteadOf present: DiskImage? = nil) throws {
        let present = try present ?? DiskImage(reading: root)
        let manager = FileManager.default
        for path in directories.subtracting(present.directories).sorted() {
            try manager.createDirectory(
                atPath: "\(root)/\(path)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        for (path, file) in files where present.files[path] != file {
            try Self.replace("\(root)/\(path)", with: file)
        }
        for path in present.files.keys where files[path] == nil {
            try manager.removeItem(atPath: "\(root)/\(path)")
        }
        for path in present.directories.subtracting(directories).sorted().reversed() {
            try manager.removeItem(atPath: "\(root)/\(path)")
        }
    }

    private static func replace(_ path: String, with file: File) throws {
        // The name is none that a program of ours would take for its own.
        let beside = "\(path).image"
        try file.content.write(to: URL(fileURLWithPath: beside))
        guard chown(beside, file.attributes.owner, file.attributes.group) == 0,
            chmod(beside, mode_t(file.attributes.mode)) == 0, rename(beside, path) == 0
        else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    }
}
