import Foundation

/// A directory of its own for one test, removed at the end.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "holdover-adapters-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in the directory.
    func at(_ name: String) -> String { "\(path)/\(name)" }

    /// Mode, owner and group of a file.
    func status(of name: String) throws -> (mode: Int, owner: Int, group: Int) {
        let found = try FileManager.default.attributesOfItem(atPath: at(name))
        func number(_ key: FileAttributeKey) -> Int { (found[key] as? NSNumber)?.intValue ?? -1 }
        return (
            number(.posixPermissions), number(.ownerAccountID), number(.groupOwnerAccountID)
        )
    }

    /// Makes a file and returns its path.
    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: at(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: at(name))
        return at(name)
    }

    /// The text of a file.
    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: at(name))), as: UTF8.self)
    }

    /// The names of all entries, hidden ones too.
    func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }
}
