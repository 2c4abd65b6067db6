import RotationCore

/// What the program of a store prints: one JSON object, of which the operation decides what must be
/// there.
struct ExecStoreAnswer: ExecAnswering {
    var identity: String?
    var findings: [Finding]?
    var stored: Stored?
    /// Whether there is nothing yet.
    var isEmpty: Bool?
    var error: ExecFailure?

    enum CodingKeys: String, CodingKey {
        case identity, findings, stored, error
        case isEmpty = "empty"
    }

    struct Stored: Decodable, Sendable {
        /// Nil where the store can't be read.
        var secret: String?
        let version: String
        var clientID: String?
        var candidate: String?

        enum CodingKeys: String, CodingKey {
            case secret, version, candidate
            case clientID = "client_id"
        }
    }
}
