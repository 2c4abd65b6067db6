import RotationCore

/// What the program prints: one JSON object, of which the operation decides what must be there.
struct ExecAnswer: Decodable {
    var identity: String?
    var findings: [Finding]?
    var secrets: [Secret]?
    var created: Created?
    var error: Failure?

    struct Secret: Decodable {
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

    struct Created: Decodable {
        let id: String
        var secret: String?
        /// Under which id the old secret is listed from now on, where creating moves slots.
        var old: String?
    }

    /// Why nothing, or nobody knows what, was done.
    struct Failure: Decodable {
        let kind: Kind
        let message: String
        var retryAfterSeconds: Int64?

        enum CodingKeys: String, CodingKey {
            case kind, message
            case retryAfterSeconds = "retry_after_seconds"
        }

        enum Kind: String, Decodable {
            case unavailable, unauthorized, refused, conflict, missing, unknown
            case limitReached = "limit-reached"
            case wrongTarget = "wrong-target"
        }
    }
}

extension ExecAnswer.Failure {
    /// The same for the engine.
    var adapterError: AdapterError {
        let wait = retryAfterSeconds.map { Span.seconds(min(max($0, 0), 3600)) }
        let kind: AdapterError.Kind =
            switch kind {
            case .unavailable: .unavailable(retryAfter: wait)
            case .unauthorized: .unauthorized
            case .refused: .refused
            case .conflict: .conflict
            case .missing: .missing
            case .unknown: .unknown
            case .limitReached: .limitReached
            case .wrongTarget: .wrongTarget
            }
        return AdapterError(
            kind, code: "exec-\(self.kind.rawValue)", message: "exec: \(CallOutcome.said(message))")
    }
}
