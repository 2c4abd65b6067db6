import HTTPTransport
import Synchronization

/// What became of the calls to a service.
struct ServiceCalls: Sendable {
    let client: String
    var made = 0
    /// Calls that weren't answered with what was asked for.
    var failed = 0
}

/// Calls the sample service, again and again.
final class ServiceCaller: Sendable {
    private let http = CurlClient(.init(userAgent: "demo"))
    private let tally: Mutex<ServiceCalls>
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(client: String) { tally = Mutex(ServiceCalls(client: client)) }

    /// The calls so far.
    var calls: ServiceCalls { tally.withLock { $0 } }

    func begin(_ url: String) {
        let task = Task {
            while !Task.isCancelled {
                await call("\(url)/invoices")
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
        work.withLock { $0 = task }
    }

    /// Ends with the call that is under way.
    func stop() async -> ServiceCalls {
        let task = work.withLock { $0 }
        task?.cancel()
        await task?.value
        return calls
    }

    private func call(_ url: String) async {
        let answer = try? await http.send(HTTPRequest(url: url))
        guard !Task.isCancelled else { return }
        tally.withLock { tally in
            tally.made += 1
            if answer?.status != 200 { tally.failed += 1 }
        }
    }
}
