import Foundation
import ProcessTesting
import Testing

/// What the file of a stage's store looks like.
enum StoreLayout {
    /// Nothing but the secret.
    case raw
    /// The secret and a candidate beside it.
    case twofold

    /// What a store with room for two holds.
    struct Twofold: Codable, Equatable {
        var client_secret: String
        var next_secret: String
    }

    func content(_ secret: String) throws -> String {
        guard self == .twofold else { return secret }
        let both = Twofold(client_secret: secret, next_secret: secret)
        return String(decoding: try JSONEncoder().encode(both), as: UTF8.self)
    }

    /// The one of `content` that consumers try first.
    func secret(in content: String) throws -> String {
        guard self == .twofold else { return content }
        return try JSONDecoder().decode(Twofold.self, from: Data(content.utf8)).client_secret
    }

    func source(_ path: String) -> ConsumerProcess.Source {
        self == .raw ? .watching(file: path) : .twofold(file: path)
    }

    func store(at path: String) -> [String] {
        guard self == .twofold else { return PlanText.file(path) }
        return PlanText.file(
            path, "format: json", "field: client_secret", "candidate_field: next_secret")
    }
}

extension Stage {
    /// Both secrets of a store with room for two.
    func both() throws -> StoreLayout.Twofold {
        try JSONDecoder().decode(StoreLayout.Twofold.self, from: Data(stored().utf8))
    }
}
