import FoundationEssentials
import HTTPTransport
import Synchronization

/// A token endpoint that takes some secrets, refuses all others, and can be away.
final class SecretServer: HTTPClient {
    struct State {
        var accepted: Set<String> = []
        var lifetime: Int? = 3_600
        var scope: String?
        /// What is answered next instead, one after another.
        var troubles: [Result<HTTPResponse, HTTPFailure>] = []
        /// What is answered instead, for as long as it stands here.
        var outage: Result<HTTPResponse, HTTPFailure>?
        var isHeld = false
        /// The secrets that were presented, in order.
        var presented: [String] = []
        var underWay = 0
        var mostUnderWay = 0
    }

    private let state: Mutex<State>

    init(accepting secrets: String...) { state = Mutex(State(accepted: Set(secrets))) }

    var presented: [String] { state.withLock { $0.presented } }
    var troublesLeft: Int { state.withLock { $0.troubles.count } }
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let secret = Self.secret(of: request)
        let number = state.withLock { state in
            state.presented.append(secret)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return state.presented.count
        }
        while state.withLock({ $0.isHeld }) { await Task.yield() }
        await Task.yield()
        let answer = state.withLock { state -> Result<HTTPResponse, HTTPFailure> in
            state.underWay -= 1
            if let outage = state.outage { return outage }
            if !state.troubles.isEmpty { return state.troubles.removeFirst() }
            guard state.accepted.contains(secret) else {
                return .json(401, #"{"error":"invalid_client"}"#)
            }
            let lifetime = state.lifetime.map { #","expires_in":\#($0)"# } ?? ""
            let scope = state.scope.map { #","scope":"\#($0)""# } ?? ""
            let token = #""access_token":"\#(secret)-\#(number)","token_type":"Bearer""#
            return .json(200, "{\(token)\(lifetime)\(scope)}")
        }
        return try answer.get()
    }

    /// The password of Basic authentication.
    private static func secret(of request: HTTPRequest) -> String {
        let field = request.headers["Authorization"]?.split(separator: " ").last ?? ""
        let pair = Data(base64Encoded: String(field)).map { String(decoding: $0, as: UTF8.self) }
        return pair?.split(separator: ":").last.map(String.init) ?? ""
    }
}

extension Result<HTTPResponse, HTTPFailure> {
    static let away = Self.failure(HTTPFailure(.notSent, "connection refused"))
    static let overloaded = Self.json(503, #"{"error":"temporarily_unavailable"}"#)
}
