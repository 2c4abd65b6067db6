/// A receiver of alerts.
///
/// What is sent may come twice, since a crash may come between the sending and the record of it:
/// ``AlertMessage/id`` is the same then.
public protocol AlertChannel: Sendable {
    /// Finds what would keep messages from arriving, for `check`; sends none.
    func preflight() async throws(AdapterError) -> [Finding]

    /// Sends one message, within `deadline`; anything but success throws.
    ///
    /// `unavailable` and `unknown` may work later; every other kind needs a person. Returns what a
    /// person should know of a message that was taken, such as that one of several didn't get it.
    @discardableResult
    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
}

extension AlertChannel {
    /// Most can only be tried.
    public func preflight() async throws(AdapterError) -> [Finding] { [] }
}

/// Makes channels out of their settings.
public protocol AlertChannelFactory: Sendable {
    /// One channel; reads the secrets that it needs.
    func channel(_ settings: ChannelSettings) async throws(AdapterError) -> any AlertChannel
    /// Whether channels of a type want to hear of what lasts at every run, since they forget.
    func isRefreshed(_ type: String) -> Bool
    /// Whether people read what comes to channels of a type, so that many messages at once are one.
    func isForPeople(_ type: String) -> Bool
    /// Tells the dead man's switch of a run.
    func ping(_ settings: PingSettings, isFine: Bool, within deadline: Span)
        async throws(AdapterError)
}

/// What is sent to a channel.
public struct AlertMessage: Sendable, Hashable {
    /// The same for each attempt at one message, and never for two.
    public let id: String
    /// What happened to the alert.
    public let event: AlertEvent
    /// The alert as it is now.
    public let alert: Alert
    /// When that was found.
    public let at: Instant

    /// A message.
    public init(id: String, event: AlertEvent, alert: Alert, at: Instant) {
        self.id = id
        self.event = event
        self.alert = alert
        self.at = at
    }
}

/// What is said of an alert.
public enum AlertEvent: String, Sendable, Hashable, Codable, CaseIterable {
    /// It is so.
    case firing
    /// It is still so.
    case repeated
    /// It is over.
    case resolved
}
