/// One request: https, or http to a loopback literal; never with a user name in its URL.
public struct HTTPRequest: Sendable {
    /// Which connection may carry a request.
    public enum Connection: Sendable, Hashable {
        /// One that is open already, or a new one that is kept for the next request.
        case kept
        /// A new one, closed after the answer: what the server says now, through every balancer.
        case fresh
    }

    /// How often the bytes of a request may leave.
    public enum Attempts: Sendable, Hashable {
        /// Once at most. A kept connection that turns out to be dead gives `interrupted`.
        case one
        /// Once more, on another connection, where a kept one turns out to be dead.
        case repeatable
    }

    /// The method, in upper case.
    public var method: String
    /// The absolute URL.
    public var url: String
    /// The fields to send.
    ///
    /// `Content-Length` and the like are not the caller's to set.
    public var headers: HTTPHeaders
    /// The body; nil for none.
    public var body: [UInt8]?
    /// The time for everything, waiting for a free connection included.
    public var deadline: Duration
    /// The part of it that name resolution, connect and TLS handshake may take.
    public var connectDeadline: Duration
    /// Which connection may carry it.
    public var connection: Connection
    /// How often it may leave.
    ///
    /// `one` is right for everything that changes something.
    public var attempts: Attempts
    /// A PEM file of the only authorities to trust for this request; nil for the system's.
    public var caFile: String?
    /// What this side shows where the server asks for a certificate; nil for none.
    public var certificate: ClientCertificate?
    /// Whether it may go to Google's metadata server, which only ``googleMetadataToken(at:)`` says.
    var isForMetadata = false

    /// A request with the usual deadlines: 10 s to connect, 30 s for everything.
    public init(
        method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        deadline: Duration = .seconds(30), connectDeadline: Duration = .seconds(10),
        connection: Connection = .kept, attempts: Attempts = .one, caFile: String? = nil,
        certificate: ClientCertificate? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.connectDeadline = connectDeadline
        self.connection = connection
        self.attempts = attempts
        self.caFile = caFile
        self.certificate = certificate
    }
}

extension HTTPRequest: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Method and URL, without header values, body and query.
    public var description: String { "\(method) \(url.prefix { $0 != "?" })" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows neither headers nor body.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
