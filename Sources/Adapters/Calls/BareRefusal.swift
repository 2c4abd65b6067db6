import HTTPTransport

/// Says in OAuth's words (RFC 6749 §5.2) what some token endpoints say with a status alone.
///
/// Only where the body is empty: a page that a proxy puts in between stays a page.
struct BareRefusal: HTTPClient {
    /// The `error` that stands for having said none.
    static let code = "no_words"

    let statuses: Set<Int>
    let http: any HTTPClient

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let response = try await http.send(request)
        guard statuses.contains(response.status), response.body.isEmpty else { return response }
        return HTTPResponse(
            status: response.status, headers: ["Content-Type": "application/json"],
            body: Array(#"{"error":"\#(Self.code)"}"#.utf8))
    }
}
