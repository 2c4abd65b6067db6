/// Something that sends one HTTP request and waits for its answer.
public protocol HTTPClient: Sendable {
    /// Sends `request` and returns the answer, whatever its status; a redirect is an answer too.
    ///
    /// Cancelling the calling task aborts the transfer, and throws like any other failure.
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}
