/// How a ``TokenProvider`` behaves where the token endpoint is slow, refuses, or is away.
public struct TokenPolicy: Sendable, Hashable {
    /// The longest that one call may take, waiting, throttling and every attempt included.
    public var deadline: Duration
    /// The longest that one request may take.
    public var requestDeadline: Duration
    /// At which part of its life a token is replaced in the background, from 0 to 1.
    ///
    /// Up to a tenth of the life earlier, at random, so that a fleet doesn't ask at once.
    public var refreshAt: Double {
        didSet { refreshAt = min(max(refreshAt, 0), 1) }
    }
    /// How long before its end a token isn't handed out any more, a tenth of its life at most.
    ///
    /// Unless the endpoint can't be reached: then it is used up to a second before its end.
    public var buffer: Duration
    /// How failed requests are repeated.
    public var retry: Retry
    /// When requests stop, since the endpoint is known to be down.
    public var breaker: Breaker
    /// How many requests may be sent at all.
    public var throttle: Throttle
    /// For how long a refused credential isn't presented again, doubling up to a minute.
    ///
    /// Many servers lock a client out after a few wrong secrets. A new one is tried at once.
    public var refusalPause: Duration
    /// Whether a token with less than the scopes that were asked for is an error.
    public var insistsOnScope: Bool

    /// Exponential backoff with full jitter.
    ///
    /// Only what says nothing of the credential is repeated: 408, 429, 5xx, no answer. A refusal
    /// never is.
    public struct Retry: Sendable, Hashable {
        /// How many requests a call may send, the first one included.
        public var attempts: Int {
            didSet { attempts = max(1, attempts) }
        }
        /// The longest pause behind the first failure; it doubles with each further one.
        public var first: Duration
        /// The longest pause of all.
        public var cap: Duration

        /// Four requests, with up to 0.2 s, 0.4 s and 0.8 s between them.
        public init(
            attempts: Int = 4, first: Duration = .milliseconds(200), cap: Duration = .seconds(10)
        ) {
            self.attempts = max(1, attempts)
            self.first = first
            self.cap = cap
        }
    }

    /// A circuit breaker for each token endpoint.
    public struct Breaker: Sendable, Hashable {
        /// How many failures in a row open it.
        public var failures: Int {
            didSet { failures = max(1, failures) }
        }
        /// How long it stays open the first time; it doubles with each trial that fails.
        public var pause: Duration
        /// The longest that it stays open.
        public var cap: Duration

        /// Open after five failures in a row, for 2 s, then twice as long, up to 30 s.
        public init(
            failures: Int = 5, pause: Duration = .seconds(2), cap: Duration = .seconds(30)
        ) {
            self.failures = max(1, failures)
            self.pause = pause
            self.cap = cap
        }
    }

    /// A token bucket for each token endpoint.
    public struct Throttle: Sendable, Hashable {
        /// How many requests a second it lets through in the long run.
        public var rate: Double {
            didSet { rate = max(Self.slowest, rate) }
        }
        /// How many it lets through at once after a pause.
        public var burst: Int {
            didSet { burst = max(1, burst) }
        }

        /// One request in a quarter of an hour.
        private static let slowest = 0.001

        /// Ten a second, twenty at once.
        public init(rate: Double = 10, burst: Int = 20) {
            self.rate = max(Self.slowest, rate)
            self.burst = max(1, burst)
        }
    }

    /// The usual behaviour.
    public init(
        deadline: Duration = .seconds(30), requestDeadline: Duration = .seconds(10),
        refreshAt: Double = 0.8, buffer: Duration = .seconds(60), retry: Retry = Retry(),
        breaker: Breaker = Breaker(), throttle: Throttle = Throttle(),
        refusalPause: Duration = .seconds(5), insistsOnScope: Bool = false
    ) {
        self.deadline = deadline
        self.requestDeadline = requestDeadline
        self.refreshAt = min(max(refreshAt, 0), 1)
        self.buffer = buffer
        self.retry = retry
        self.breaker = breaker
        self.throttle = throttle
        self.refusalPause = refusalPause
        self.insistsOnScope = insistsOnScope
    }
}
