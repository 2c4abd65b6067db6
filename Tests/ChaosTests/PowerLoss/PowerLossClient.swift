import Foundation
import ProcessTesting

/// A client with a file store of each format, in a directory of its own below a recorded one.
struct PowerLossClient: Sendable {
    let id: String
    let dialect: PracticeServerProcess.Dialect
    let old: String
    let consumer: ConsumerProcess
    private let place: String

    private static let documents = [
        ("secret", [], ""),
        ("config.json", ["name: json", "format: json", "field: client_secret"], "json"),
        ("app.env", ["name: dotenv", "format: dotenv", "field: SECRET"], "dotenv"),
    ]

    init(
        _ dialect: PracticeServerProcess.Dialect, _ id: String, secret: String, root: String,
        at server: PracticeServerProcess, on bench: Workbench
    ) async throws {
        (self.id, self.dialect, old) = (id, dialect, secret)
        place = "\(root)/\(WorldPaths.stores)/\(id)"
        try await server.createClient(dialect, id, secret: secret)
        let closed: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        for directory in [place, "\(root)-plans"] {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: closed)
        }
        for (name, _, format) in Self.documents {
            let path = "\(place)/\(name)"
            try Data(Self.document(format, secret).utf8).write(to: URL(fileURLWithPath: path))
            // Others than a new file would get; only root may give files away.
            let owner: (uid_t, gid_t) = geteuid() == 0 ? (4_711, 4_712) : (geteuid(), getegid())
            guard chown(path, owner.0, owner.1) == 0, chmod(path, 0o640) == 0 else {
                throw CocoaError(.fileWriteNoPermission)
            }
        }
        consumer = try await ConsumerProcess.start(
            id, on: bench, client: id, at: server, dialect,
            reading: .watching(file: "\(place)/secret"), pause: .milliseconds(40))
        var plan = PlanText.of(
            dialect, id, at: server,
            stores: Self.documents.map { ["type: file", "path: \(place)/\($0.0)"] + $0.1 })
        plan.add(consumer)
        let file = "\(root)-plans/\(id).yaml"
        try Data(plan.text.utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    }

    private static func document(_ format: String, _ secret: String) -> String {
        switch format {
        case "json": ChaosClient.json(secret)
        case "dotenv": "# billing\nNAME=billing\nSECRET='\(secret)'\nLAST=1\n"
        default: secret
        }
    }

    /// The secret that all three stores hold; nil where they differ.
    func held() throws -> String? {
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: "\(place)/\(name)", encoding: .utf8)
        }
        let secret = try text("secret")
        let isSame = try Self.documents.allSatisfy {
            try text($0.0) == Self.document($0.2, secret)
        }
        return isSame ? secret : nil
    }

    /// What is in the directory of the stores.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    }
}
