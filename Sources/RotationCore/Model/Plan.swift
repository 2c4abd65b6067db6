/// What to rotate, where it is read, and under which rules; one file of `plans/`.
///
/// Holds references to secrets and never a secret, so it may be journalled and printed.
public struct Plan: Sendable, Hashable, Codable {
    /// The name that people type.
    public var client: ClientName
    /// The `client_id` at the server.
    public var clientID: ClientID
    /// The authorization server and how to reach its admin API.
    public var server: TargetSettings
    /// Every place where consumers read the secret.
    public var stores: [TargetSettings]
    /// Hooks that tell consumers to read again, run in this order.
    public var reload: [TargetSettings]
    /// Every consumer, and where it can be seen which secret it uses.
    public var consumers: [ConsumerSettings]
    /// In words: wait this long instead of (or after) evidence, and accept the risk.
    public var soak: Span?
    /// How long both secrets stay accepted at least, once every consumer is proven.
    public var overlap: Span
    /// How long to look for the old secret after it is gone.
    public var watch: Span
    /// When the new secret counts as accepted, and the old one as refused.
    public var probe: ProbeRule
    /// How failed attempts are spaced.
    public var retry: RetryRule
    /// When a rotation is due; nil only by hand.
    public var schedule: Schedule?
    /// Whether a person must approve before the old secret is touched.
    public var needsApproval: Bool
    /// Nobody else creates secrets for this client: one unexplained new secret is ours.
    public var isExclusive: Bool
    /// How the old secret gives way to the new one.
    public var strategy: Strategy
    /// The scopes that the client needs; nil where the plan doesn't say.
    public var scopes: [String]?
    /// How long the old secret is only disabled before it is deleted, where the server can do that;
    /// nil for no time at all.
    public var keepDisabled: Span?

    /// A plan with the usual rules for everything but who and where.
    public init(
        client: ClientName, clientID: ClientID, server: TargetSettings, stores: [TargetSettings],
        reload: [TargetSettings] = [], consumers: [ConsumerSettings] = [], soak: Span? = nil,
        overlap: Span = .hours(1), watch: Span = .hours(24), probe: ProbeRule = ProbeRule(),
        retry: RetryRule = RetryRule(), schedule: Schedule? = nil, needsApproval: Bool = false,
        isExclusive: Bool = false, strategy: Strategy = .overlap
    ) {
        self.client = client
        self.clientID = clientID
        self.server = server
        self.stores = stores
        self.reload = reload
        self.consumers = consumers
        self.soak = soak
        self.overlap = overlap
        self.watch = watch
        self.probe = probe
        self.retry = retry
        self.schedule = schedule
        self.needsApproval = needsApproval
        self.isExclusive = isExclusive
        self.strategy = strategy
    }
}

extension Plan {
    /// Every registration that the plan is about: one, or two that take turns.
    public var clientIDs: [ClientID] {
        guard case .blueGreen(let green) = strategy, green != clientID else { return [clientID] }
        return [clientID, green]
    }
}

/// Which adapter, and its settings as the plan has them, already checked against its descriptor.
public struct TargetSettings: Sendable, Hashable, Codable {
    /// The name that `status`, `explain` and the audit use; unique within the plan's list.
    public var name: String
    /// The adapter's type: `okta`, `vault`, `exec`.
    public var type: String
    /// Everything else.
    public var values: [String: SettingValue]

    /// Settings of one target.
    public init(name: String, type: String, values: [String: SettingValue]) {
        self.name = name
        self.type = type
        self.values = values
    }
}

/// One consumer and where it reports.
public struct ConsumerSettings: Sendable, Hashable, Codable {
    /// The consumer's name.
    public var name: String
    /// Where can be seen which secret it uses; nil where nothing can, and only a soak counts.
    public var report: TargetSettings?

    /// A consumer.
    public init(name: String, report: TargetSettings?) {
        self.name = name
        self.report = report
    }
}

/// A setting as it stands in a plan.
public indirect enum SettingValue: Sendable, Hashable, Codable {
    /// A scalar; numbers and booleans keep their spelling.
    case text(String)
    /// A sequence.
    case list([SettingValue])
    /// A mapping.
    case group([String: SettingValue])
}

/// When an answer of the token endpoint is believed.
public struct ProbeRule: Sendable, Hashable, Codable {
    /// How many answers in a row must agree.
    public var successes: Int
    /// Over how long they are spread, at least.
    public var window: Span
    /// How long the server may take to agree before a person is asked; nil: what the server needs.
    public var patience: Span?

    /// Three answers over thirty seconds.
    public init(successes: Int = 3, window: Span = .seconds(30), patience: Span? = nil) {
        self.successes = successes
        self.window = window
        self.patience = patience
    }
}

/// How failed attempts are spaced: doubling from `first` up to `cap`, with jitter.
public struct RetryRule: Sendable, Hashable, Codable {
    /// The pause after the first failure.
    public var first: Span
    /// The longest pause.
    public var cap: Span
    /// How long a creation whose answer was lost may still come through; nil: thirty seconds, which
    /// is as long as a call waits for its answer.
    public var settle: Span?

    /// One minute, up to six hours.
    public init(first: Span = .minutes(1), cap: Span = .hours(6), settle: Span? = nil) {
        self.first = first
        self.cap = cap
        self.settle = settle
    }
}

/// When a rotation is due.
public struct Schedule: Sendable, Hashable, Codable {
    /// From the end of one rotation to the start of the next.
    public var every: Span
    /// The times of day (UTC) in which it may start; nil: any.
    public var window: DailyWindow?
    /// Up to how much later it may start, so that a fleet doesn't start at once.
    public var jitter: Span

    /// A schedule.
    public init(every: Span, window: DailyWindow? = nil, jitter: Span = .zero) {
        self.every = every
        self.window = window
        self.jitter = jitter
    }
}

/// From one minute of the day to another, in UTC; may pass midnight.
public struct DailyWindow: Sendable, Hashable, Codable {
    /// Minutes after midnight.
    public var from: Int
    /// Minutes after midnight; the window ends just before.
    public var to: Int

    /// A window.
    public init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }
}
