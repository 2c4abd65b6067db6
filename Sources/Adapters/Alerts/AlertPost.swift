import HTTPTransport
import RotationCore

/// Sends something to a receiver by HTTP and reads what came of it.
struct AlertPost: Sendable {
    /// The adapter's name, in front of every code and message.
    let adapter: String
    let http: any HTTPClient

    /// What a receiver said that took it.
    func send(_ request: HTTPRequest, within deadline: Span) async throws(AdapterError)
        -> HTTPResponse
    {
        // To be told twice is harmless, so an answer that was lost is no answer.
        let outcome = CallOutcome(adapter: adapter)
        var request = request
        request.deadline = .milliseconds(deadline.milliseconds)
        request.connectDeadline = min(request.deadline, .seconds(5))
        request.attempts = .repeatable
        let response: HTTPResponse
        do throws(HTTPFailure) { response = try await http.send(request) } catch {
            throw outcome.error(error, .read)
        }
        guard (200..<300).contains(response.status) else {
            throw outcome.error(response, .read, words: Self.words(in: response))
        }
        guard !Self.isPage(response) else {
            // A proxy's page to log in at, for example: the receiver itself has seen nothing.
            throw outcome.unreadable(.read, "it answers with a web page, and so may be another")
        }
        return response
    }

    /// What a receiver says of a refusal, where that is no web page.
    private static func words(in response: HTTPResponse) -> String? {
        guard !response.body.isEmpty, !isPage(response) else { return nil }
        return String(decoding: response.body.prefix(300), as: UTF8.self)
    }

    private static func isPage(_ response: HTTPResponse) -> Bool {
        let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF]
        let begin = response.body.drop { space.contains($0) }.prefix(9)
        let text = String(decoding: begin, as: UTF8.self).lowercased()
        return text.hasPrefix("<!doctype") || text.hasPrefix("<html") || text.hasPrefix("<head")
    }
}
