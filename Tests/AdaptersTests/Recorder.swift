import HTTPTransport
import Synchronization

/// Keeps what goes through it: to a real server, or to answers that were written down.
final class Recorder: HTTPClient {
    /// A request with its answer.
    struct Exchange: Sendable {
        let request: HTTPRequest
        let response: HTTPResponse
    }

    private let kept = Mutex<[Exchange]>([])
    private let answer: @Sendable (HTTPRequest) async throws(HTTPFailure) -> HTTPResponse

    /// Answers with what `answer` gives.
    init(_ answer: @escaping @Sendable (HTTPRequest) async throws(HTTPFailure) -> HTTPResponse) {
        self.answer = answer
    }

    var exchanges: [Exchange] { kept.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let response = try await answer(request)
        kept.withLock { $0.append(Exchange(request: request, response: response)) }
        return response
    }
}
