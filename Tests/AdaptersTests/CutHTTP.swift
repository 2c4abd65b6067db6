import AdapterContracts
import HTTPTransport
import Synchronization

/// A way to a real server on which one request doesn't come to a good end.
final class CutHTTP: HTTPClient {
    private struct State {
        var requests = 0
        var isDead = false
        var isReached = false
    }

    private let real: any HTTPClient
    private let cut: StoreCut
    private let state = Mutex(State())

    init(_ real: any HTTPClient, at cut: StoreCut) {
        (self.real, self.cut) = (real, cut)
    }

    /// Whether there was a request of that number.
    var isReached: Bool { state.withLock { $0.isReached } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let isWhole: Bool? = state.withLock { state in
            if state.isDead { return nil }
            state.requests += 1
            guard state.requests == cut.number else { return true }
            (state.isReached, state.isDead) = (true, cut.isDeath)
            return false
        }
        if isWhole ?? false { return try await real.send(request) }
        // A dead process sends nothing; what it is told is never heard.
        if isWhole != nil, cut.isDone { _ = try await real.send(request) }
        throw HTTPFailure(.interrupted, "cut")
    }
}
