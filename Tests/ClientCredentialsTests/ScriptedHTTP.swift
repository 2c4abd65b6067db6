import HTTPTransport
import Synchronization

/// An HTTP client that answers from a list and remembers what it was asked.
final class ScriptedHTTP: HTTPClient {
    private struct State {
        var answers: [Result<HTTPResponse, HTTPFailure>]
        var requests: [HTTPRequest] = []
        var isHeld = false
    }

    private let state: Mutex<State>

    init(_ answers: Result<HTTPResponse, HTTPFailure>...) { state = Mutex(State(answers: answers)) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    /// Whether requests wait before they are answered.
    func hold(_ isHeld: Bool) { state.withLock { $0.isHeld = isHeld } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let number = state.withLock { state in
            state.requests.append(request)
            return state.requests.count - 1
        }
        while state.withLock({ $0.isHeld }) { await Task.yield() }
        let answer = state.withLock { state in
            state.answers.indices.contains(number) ? state.answers[number] : nil
        }
        guard let answer else { throw HTTPFailure(.interrupted, "the script has no more answers") }
        return try answer.get()
    }
}

extension Result<HTTPResponse, HTTPFailure> {
    static func json(_ status: Int, _ body: String, _ more: HTTPHeaders = [:]) -> Self {
        .page(status, "application/json;charset=UTF-8", body, more)
    }

    static func page(
        _ status: Int, _ type: String, _ body: String, _ more: HTTPHeaders = [:]
    ) -> Self {
        var headers = more
        headers["Content-Type"] = type
        return .success(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
    }

    static func token(_ value: String, _ lifetime: Int = 3_600) -> Self {
        .json(
            200,
            #"{"access_token":"\#(value)","token_type":"Bearer","expires_in":\#(lifetime)}"#)
    }
}
