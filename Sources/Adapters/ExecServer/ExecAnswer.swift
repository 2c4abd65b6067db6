import RotationCore

/// What the program prints: one JSON object, of which the operation decides what must be there.
struct ExecAnswer: ExecAnswering {
    var identity: String?
    var findings: [Finding]?
    var secrets: [Secret]?
    var created: Created?
    var error: ExecFailure?

    struct Secret: Decodable, Sendable {
        let id: String
        var label: String?
        var enabled: Bool?
        var createdAt: String?
        var expiresAt: String?
        var value: String?
        var sha256: String?

        enum CodingKeys: String, CodingKey {
            case id, label, enabled, value, sha256
            case createdAt = "created_at"
            case expiresAt = "expires_at"
        }
    }

    struct Created: Decodable, Sendable {
        let id: String
        var secret: String?
        /// Under which id the old secret is listed from now on, where creating moves slots.
        var old: String?
    }
}
