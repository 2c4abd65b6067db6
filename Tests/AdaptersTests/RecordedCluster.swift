import Foundation

@testable import Adapters

/// Exchanges with a real API server that were written down, one in a file.
///
/// The files are not part of this project: they are looked for in `HOLDOVER_CONTRACTS` and beside
/// the package, and tests that need them are skipped where they are absent.
struct RecordedCluster: Sendable {
    private let folder: URL

    static let found: RecordedCluster? = {
        let named = ProcessInfo.processInfo.environment["HOLDOVER_CONTRACTS"]
        let contracts =
            named.map { URL(filePath: $0, directoryHint: .isDirectory) }
            ?? URL(filePath: #filePath).appending(path: "../../../../shared/contracts").standardized
        let folder = contracts.appending(path: "kubernetes/real-1.20.2")
        return FileManager.default.fileExists(atPath: folder.path)
            ? RecordedCluster(folder: folder) : nil
    }()

    /// What was answered, and with which status.
    func answer(_ name: String) throws -> (status: String, body: JSONDocument, at: [String]) {
        let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
        let document = try JSONDocument(Array(data))
        let status = try document.node(at: ["response", "status"])?.range ?? 0..<0
        return (
            String(decoding: document.bytes[status], as: UTF8.self), document, ["response", "body"]
        )
    }
}
