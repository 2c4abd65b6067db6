import HTTPTransport
import Synchronization

/// A server that says the same to everything, and remembers the methods it was asked with.
final class OneAnswer: HTTPClient {
    private let answer: HTTPResponse
    private let asked = Mutex<[String]>([])

    var methods: [String] { asked.withLock { $0 } }

    init(_ status: Int, _ body: String, type: String = "application/json") {
        answer = HTTPResponse(
            status: status,
            headers: ["Content-Type": type, "Location": "https://elsewhere.example/"],
            body: Array(body.utf8))
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        asked.withLock { $0.append(request.method) }
        return answer
    }
}
