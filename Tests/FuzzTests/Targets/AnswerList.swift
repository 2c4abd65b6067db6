import HTTPTransport
import Synchronization

/// A server whose answers are the bytes of one execution: each is a status, a content type and a
/// body, and NUL ends it.
///
/// The last one is repeated.
final class AnswerList: HTTPClient {
    private let answers: [HTTPResponse]
    private let sent = Mutex<[(method: String, status: Int)]>([])

    /// What was asked, and the status of the answer to it.
    var exchanges: [(method: String, status: Int)] { sent.withLock { $0 } }

    init(_ bytes: ArraySlice<UInt8>) {
        answers = bytes.split(separator: 0, maxSplits: 8, omittingEmptySubsequences: false)
            .map(Self.answer)
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let number = sent.withLock { $0.count }
        guard number < 64, let answer = number < answers.count ? answers[number] : answers.last
        else { throw HTTPFailure(.interrupted, "enough") }
        sent.withLock { $0.append((request.method, answer.status)) }
        return answer
    }

    /// The first byte is the status, the second what the head says.
    static func answer(_ bytes: ArraySlice<UInt8>) -> HTTPResponse {
        let statuses = [200, 201, 204, 302, 400, 401, 403, 404, 408, 409, 412, 429, 500, 503]
        let types = [
            "application/json", "application/json; charset=utf-8", "text/html",
            "application/problem+json",
        ]
        let (first, second) = (Int(bytes.first ?? 0), Int(bytes.dropFirst().first ?? 0))
        return HTTPResponse(
            status: statuses[first % statuses.count],
            headers: ["Content-Type": types[second % types.count], "Retry-After": "\(second)"],
            body: Array(bytes.dropFirst(2)))
    }
}
