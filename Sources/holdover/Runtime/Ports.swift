import Adapters
import Foundation
import HTTPTransport
import RotationCore
import Synchronization

/// The adapters, made once a process.
enum Ports {
    static func factory(through http: any HTTPClient = CountedHTTP()) -> AdapterRegistry {
        AdapterRegistry(
            http: http, environment: ProcessInfo.processInfo.environment,
            now: { SystemClock().now() })
    }
}

/// The network, begun by the first request, with a count of the requests.
final class CountedHTTP: HTTPClient {
    private let connections: Int
    private let client = Mutex<CurlClient?>(nil)
    private let sent = Atomic<Int>(0)

    /// At most `connections` requests to one origin are under way at once.
    init(connections: Int = 64) { self.connections = connections }

    /// How many requests were asked for.
    var count: Int { sent.load(ordering: .relaxed) }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        sent.add(1, ordering: .relaxed)
        let client = client.withLock { client in
            let made = client ?? CurlClient(.init(connectionsPerHost: connections))
            client = made
            return made
        }
        return try await client.send(request)
    }
}
