import RotationCore
import RotationEngine

/// What `recover` found, and what it did about it.
struct RecoveryReport: Encodable {
    let schema = "holdover.recover.v1"
    /// Why nothing was done with the journal, as a code.
    let frozen: String?
    let message: String
    let clients: [Sighting]
    var isAccepted = false
    /// Rotations that are held now.
    var held: [String] = []
    /// The journal that was made, where one was gone.
    var journal: String?

    enum CodingKeys: String, CodingKey {
        case schema, frozen, message, clients, held, journal
        case isAccepted = "accepted"
    }

    /// The report for people.
    var lines: [String] {
        [safeText(message)] + clients.flatMap(Self.lines) + conclusion
    }

    private static func lines(of client: Sighting) -> [String] {
        let rotation = client.rotation.map {
            "rotation \($0.rawValue) in \(client.phase?.rawValue ?? "-")"
        }
        var lines = ["", "\(client.client.rawValue): \(rotation ?? verdict(on: client))"]
        lines += client.secrets.map { secret in
            var words = [secret.owner.words]
            if let label = secret.label, secret.owner != .others {
                words.append("label \(safeText(label))")
            }
            if secret.isInStores == true { words.append("in every store") }
            return "  server  \(safeText(secret.id))  \(words.joined(separator: ", "))"
        }
        lines += client.stores.map { store in
            let print = store.fingerprint.map { " (\($0))" } ?? ""
            return "  store   \(safeText(store.name))  holds \(Self.words(for: store))\(print)"
        }
        return lines + client.troubles.map { "  could not look: \(safeText($0, limit: 400))" }
    }

    private static func words(for store: Sighting.Store) -> String {
        switch store.holds {
        case "old", "new": "the \(store.holds) secret"
        case "neither": "neither secret of the rotation"
        case "nothing": "nothing"
        default: "a secret"
        }
    }

    /// Of a client without a rotation: nothing is guessed.
    private static func verdict(on client: Sighting) -> String {
        guard client.troubles.isEmpty else { return "not everything could be looked at" }
        guard client.secrets.count != 1 else { return "at rest, one secret" }
        let ours = client.secrets.filter { $0.owner == .ours && $0.isInStores != true }
        let words = "\(client.secrets.count) secrets"
        if ours.isEmpty { return "\(words), none of ours by label" }
        return "\(words); ours and in no store, as far as can be seen: "
            + ours.map { safeText($0.id) }.joined(separator: ", ")
    }

    private var conclusion: [String] {
        guard isAccepted else {
            return ["", "nothing was touched", "next: holdover recover --accept --reason TEXT"]
        }
        var lines = ["", "servers and stores were not touched"]
        if let journal { lines.append("a new journal was made: \(journal)") }
        if held.isEmpty { return lines + ["next: holdover check"] }
        lines.append("the journal counts as the present one; \(held.count) rotations are held")
        let client = clients.first { $0.rotation != nil }?.client.rawValue ?? "CLIENT"
        return lines + ["next: holdover resume \(client), or holdover rollback \(client)"]
    }
}

extension Sighting.Owner {
    /// For people.
    var words: String {
        switch self {
        case .old: "recorded old"
        case .new: "recorded new"
        case .ours: "ours by its label"
        case .others: "nothing says that it is ours"
        }
    }
}
