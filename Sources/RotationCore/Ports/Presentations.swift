/// One token request of a client, as its authorization server tells of it afterwards.
public struct Presentation: Sendable, Hashable {
    /// When it came, on the server's clock.
    public let at: Instant
    /// Whether the secret was accepted, or in which code it was refused.
    ///
    /// A request that failed for something else, a scope or a grant, is none of these and is left
    /// out.
    public let outcome: AuthenticationResult
    /// Which secret it was, where the server tells.
    public let credential: CredentialID?
    /// The address that it came from.
    public let address: String?
    /// The `User-Agent` (RFC 9110 §10.1.5) that it came with.
    public let userAgent: String?
    /// What the server calls the application.
    public let application: String?

    /// A presentation.
    public init(
        at: Instant, outcome: AuthenticationResult, credential: CredentialID? = nil,
        address: String? = nil, userAgent: String? = nil, application: String? = nil
    ) {
        self.at = at
        self.outcome = outcome
        self.credential = credential
        self.address = address
        self.userAgent = userAgent
        self.application = application
    }
}

/// What a server tells of the token requests of one client, and how far that goes.
public struct Presentations: Sendable, Hashable {
    /// What it tells of, in any order.
    public var events: [Presentation]
    /// Up to when everything is there that will be: behind it, silence says nothing.
    public var seenUpTo: Instant
    /// Whether there were more than could be read, so that the oldest are missing.
    public var isTruncated: Bool

    /// What was read.
    public init(_ events: [Presentation], seenUpTo: Instant, isTruncated: Bool = false) {
        self.events = events
        self.seenUpTo = seenUpTo
        self.isTruncated = isTruncated
    }
}
