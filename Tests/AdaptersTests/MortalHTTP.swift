import HTTPTransport
import RotationCore

/// A way to real servers on which the engine dies at one of the requests to one place.
final class MortalHTTP: HTTPClient {
    private let real: any HTTPClient
    private let fate: FatefulCall
    private let place: String

    /// Counts the requests whose address begins with `place`.
    init(_ real: any HTTPClient, _ fate: FatefulCall, at place: String) {
        (self.real, self.fate, self.place) = (real, fate, place)
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        guard request.url.hasPrefix(place) else {
            if fate.isDead { throw HTTPFailure(.interrupted, "the process is dead") }
            return try await real.send(request)
        }
        let operation = request.headers["X-Amz-Target"] ?? ""
        let changes =
            ["Put", "Update", "Label"].contains { operation.contains(".\($0)") }
            || ["PUT", "PATCH"].contains(request.method) || request.url.hasSuffix(":addVersion")
            || request.method == "POST"
                && (request.url.hasSuffix("/v1/secrets") || request.url.contains("/secret/data/"))
        do throws(AdapterError) {
            return try await fate.call(changes ? .toggle : .look) { () async throws(AdapterError) in
                do throws(HTTPFailure) { return try await real.send(request) } catch {
                    throw AdapterError(.unknown, code: "http", message: error.message)
                }
            }
        } catch {
            throw HTTPFailure(.interrupted, error.message)
        }
    }
}
