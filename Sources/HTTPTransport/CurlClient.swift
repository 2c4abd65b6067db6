import Glibc
import Synchronization

/// An HTTP client on the system's libcurl: one thread, kept connections, thousands of callers.
///
/// It speaks https with verified TLS 1.2 or later, and http to loopback addresses. It follows no
/// redirect, keeps no cookie, and reads neither proxies nor passwords from the environment. Nothing
/// is sent to a link-local address or a cloud's metadata service, but for
/// ``HTTPRequest/googleMetadataToken(at:)``. An answer may have 64 KiB of
/// headers and 1 MiB of body.
public final class CurlClient: HTTPClient {
    /// What differs between uses.
    public struct Settings: Sendable, Hashable {
        /// How many requests to one origin may be on their way at once; others wait their turn.
        public var connectionsPerHost: Int
        /// The `User-Agent` of requests that name none.
        public var userAgent: String

        /// For how many seconds a connection that nobody uses is kept; servers and balancers often
        /// close it after a minute.
        public var idleSeconds: Int

        /// The usual settings.
        public init(
            connectionsPerHost: Int = 64, userAgent: String = "holdover", idleSeconds: Int = 15
        ) {
            self.connectionsPerHost = max(1, connectionsPerHost)
            self.userAgent = userAgent
            self.idleSeconds = idleSeconds
        }
    }

    private let mailbox = Mailbox()
    private let thread: Mutex<pthread_t?>

    /// Starts the network thread.
    public init(_ settings: Settings = Settings()) {
        let thread = NetworkThread.start(mailbox, settings)
        self.thread = Mutex(thread)
        if thread == nil { mailbox.close() }
    }

    deinit { close() }

    /// Ends outstanding requests and the thread; later requests throw `notSent`.
    ///
    /// Harmless to repeat.
    public func close() {
        mailbox.close()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Sends `request`; see ``HTTPClient/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let origin = try Origin(permitting: request)
        guard RequestFields.isToken(request.method) else {
            throw HTTPFailure(.notSent, "the method has a character that isn't allowed")
        }
        guard !Task.isCancelled else { throw HTTPFailure(.notSent, "cancelled") }
        let mailbox = mailbox
        let id = mailbox.nextID()
        let outcome: Assignment.Outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                let assignment = Assignment(
                    id: id, request: request, origin: origin, expiry: .now + request.deadline,
                    caller: caller)
                guard mailbox.post(.start(assignment)) else {
                    return assignment.fail(.notSent, "the client was closed")
                }
                // The handler may have run before the order was there to be cancelled.
                if Task.isCancelled { _ = mailbox.post(.cancel(id)) }
            }
        } onCancel: {
            _ = mailbox.post(.cancel(id))
        }
        return try outcome.get()
    }
}
