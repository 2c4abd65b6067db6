/// A request on its way to the network thread, with the caller that waits for it.
struct Assignment: Sendable {
    typealias Outcome = Result<HTTPResponse, HTTPFailure>

    let id: UInt64
    let request: HTTPRequest
    let origin: Origin
    let expiry: ContinuousClock.Instant
    let caller: CheckedContinuation<Outcome, Never>

    func fail(_ kind: HTTPFailure.Kind, _ message: String) {
        caller.resume(returning: .failure(HTTPFailure(kind, message)))
    }
}
