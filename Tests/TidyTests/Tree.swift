import Foundation

/// The files of the package, as they lie there.
enum Tree {
    /// The package's root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../..").standardizedFileURL

    /// Every Swift file under `Sources` and `Tests`, with paths from the root.
    static func swiftFiles() throws -> [SourceFile] { try swift.get() }

    /// Read once, since every rule wants them.
    private static let swift = Result {
        try files { $0.hasSuffix(".swift") && ($0.hasPrefix("Sources/") || $0.hasPrefix("Tests/")) }
    }

    /// Every page of Markdown.
    static func pages() throws -> [SourceFile] { try files { $0.hasSuffix(".md") } }

    private static func files(where isWanted: (String) -> Bool) throws -> [SourceFile] {
        let manager = FileManager.default
        let rooms = try manager.contentsOfDirectory(atPath: root.path)
            .filter { ![".build", ".git", ".swiftpm"].contains($0) }
        let paths = rooms.flatMap { room in
            let inner = manager.subpaths(atPath: root.appending(path: room).path) ?? []
            return [room] + inner.map { "\(room)/\($0)" }
        }
        return try paths.filter(isWanted).sorted()
            .map { path in
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                return SourceFile(path: path, text: text)
            }
    }
}
