import Foundation

/// The demonstration's own directory (0700); it is gone when the demonstration is.
struct DemoStage: Sendable {
    /// Its absolute path.
    let root: String

    init() throws {
        let template = NSTemporaryDirectory() + "holdover-demo-XXXXXX"
        var bytes = template.utf8CString
        let made = bytes.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else {
            throw DemoFailure("no directory in \(NSTemporaryDirectory()): \(Self.lastError)")
        }
        root = URL(fileURLWithPath: made).standardizedFileURL.path
    }

    /// The path of something below.
    func path(_ name: String) -> String { root + "/" + name }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path(name), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// Writes a file of mode 0600.
    func write(_ text: String, to name: String) throws {
        guard
            FileManager.default.createFile(
                atPath: path(name), contents: Data(text.utf8),
                attributes: [.posixPermissions: 0o600])
        else { throw DemoFailure("\(path(name)) can't be written: \(Self.lastError)") }
    }

    func remove() { try? FileManager.default.removeItem(atPath: root) }

    private static var lastError: String { String(cString: strerror(errno)) }
}
