import Logging
import Synchronization

/// Says once that there are no tokens, why, and when there are again.
///
/// While an endpoint is down each call fails, and a thousand callers would fill a disk.
final class FailureLog: Sendable {
    private let logger: Logger
    /// A service whose callers make scopes up must not fill its memory with them.
    private static let most = 100

    /// What was said last of each kind of token that there is none of.
    private let said = Mutex<[TokenEndpoint: String]>([:])

    init(_ logger: Logger) { self.logger = logger }

    /// There is no token: a warning where that is news, else for those who look for faults.
    func failed(_ failure: TokenFailure, _ endpoint: TokenEndpoint) {
        let isNews = said.withLock { said in
            guard said[endpoint] != failure.kind else { return false }
            if said.count == Self.most, said[endpoint] == nil { said = [:] }
            said[endpoint] = failure.kind
            return true
        }
        logger.log(
            level: isNews ? .warning : .debug, "no token", metadata: ["reason": "\(failure)"])
    }

    /// There is one.
    func succeeded(_ endpoint: TokenEndpoint) {
        let isNews = said.withLock { $0.removeValue(forKey: endpoint) != nil }
        if isNews { logger.notice("tokens are to be had again") }
    }
}

extension TokenFailure {
    /// What is told of once: not how long it will still last.
    fileprivate var kind: String {
        switch self {
        case .request(let error, _), .refusedBefore(let error, _):
            error.isRefusalOfCredential ? "refused" : error.label
        case .circuitOpen: "down"
        case .throttled: "throttled"
        case .noCredential(let reason): "no credential: \(reason)"
        case .scopeNotGranted: "scope"
        case .deadline: "deadline"
        case .cancelled: "cancelled"
        }
    }
}
