import RotationCore

/// Why a program did nothing, or why nobody knows what it did.
struct ExecFailure: Decodable, Sendable {
    let kind: Kind
    let message: String
    var retryAfterSeconds: Int64?

    enum CodingKeys: String, CodingKey {
        case kind, message
        case retryAfterSeconds = "retry_after_seconds"
    }

    enum Kind: String, Decodable, Sendable {
        case unavailable, unauthorized, refused, conflict, missing, unknown
        case limitReached = "limit-reached"
        case wrongTarget = "wrong-target"
    }

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
