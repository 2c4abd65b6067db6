import HTTPTransport
import Synchronization

/// Lets nothing through but admin calls once a secret was changed.
final class BlindAfterChange: HTTPClient {
    private let http: CurlClient
    private let isChanged = Atomic(false)

    init(_ http: CurlClient) { self.http = http }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        if request.method == "PUT" { isChanged.store(true, ordering: .relaxed) }
        guard !isChanged.load(ordering: .relaxed) || request.method == "PUT" else {
            throw HTTPFailure(.notSent, "the network is gone")
        }
        return try await http.send(request)
    }
}
