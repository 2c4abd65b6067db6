/// What an authorization server can and can't do: values to plan with, not flags to trip over.
public struct ServerCapabilities: Sendable, Hashable, Codable {
    /// Who makes the value of a secret.
    public enum Origin: String, Sendable, Hashable, Codable {
        /// The server, and it is shown once (or again, where ``Shape/twoSlots``).
        case server
        /// The caller: sealed before the call, so nothing can be lost.
        case client
    }

    /// How the server holds the secrets of a client.
    public enum Shape: String, Sendable, Hashable, Codable {
        /// A list of secrets with ids of their own.
        case list
        /// A current and a retained previous secret; creating moves the slots.
        case twoSlots = "two-slots"
        /// One secret; creating replaces it, and the old one is refused from then on.
        case single
        /// Two registrations with a secret each, known by their client_ids; creating replaces the
        /// secret of the one that nobody uses.
        case pair
    }

    /// By what a secret of ours is told from others after a lost answer.
    public enum Recognition: String, Sendable, Hashable, Codable {
        /// The value or a hash of it is shown.
        case value
        /// The label given at creation is shown.
        case label
        /// Nothing is shown; whoever has a value can ask the token endpoint with it.
        case trial
        /// Only when it was made is shown.
        case time
        /// The server can't be asked.
        case none
    }

    /// When the server stops accepting a secret by itself.
    public enum Expiry: String, Sendable, Hashable, Codable {
        /// Never.
        case never
        /// At a moment that is set when it is made.
        case atCreation = "set-at-creation"
        /// Some time after another took its place.
        case onceReplaced = "once-replaced"
    }

    /// What the server tells of who still uses which secret.
    public enum Telemetry: String, Sendable, Hashable, Codable {
        /// Nothing.
        case none
        /// That the client was there, with whichever secret.
        case client
        /// When the retained secret of two was used, and nothing of the one in force.
        ///
        /// It can show that the old secret is used, and never that the new one is.
        case retained
        /// Which secret was used.
        case secret
    }

    /// What the server's log tells of single token requests of a client: who made them, and what
    /// came of them.
    public enum Events: String, Sendable, Hashable, Codable {
        /// Nothing that can be read by a call.
        case none
        /// Tokens one by one, and refusals only once there were several in a row.
        case repeated
        /// Each request, granted or refused.
        case each
        /// The same, and which secret a token was given for.
        case named
    }

    /// How the server holds the secrets of a client.
    public var shape: Shape
    /// How many secrets may exist at once, disabled ones included; `Int.max` where there is no
    /// limit.
    public var limit: Int
    /// Who makes the value.
    public var origin: Origin
    /// By what a secret of ours is recognised.
    public var recognition: Recognition
    /// Whether a secret can be refused in a way that can be undone.
    public var canDisable: Bool
    /// Whether the newest secret can be taken away again while the old one stays.
    ///
    /// Where it can't, a rotation that has made one goes forward, or is held with both accepted.
    public var canWithdraw: Bool
    /// How long a change may take to reach every token endpoint, at worst.
    public var propagation: Span
    /// When a secret ends by itself.
    public var expiry: Expiry
    /// What is told of the use of secrets.
    public var telemetry: Telemetry
    /// How long after a use it is told, at worst.
    public var telemetryLag: Span
    /// What is told of single requests.
    public var events: Events
    /// How long after a request it is told, at worst.
    public var eventLag: Span
    /// Whether the id of a secret is the `client_id` that it belongs to, so that consumers need
    /// that too.
    public var namesClients: Bool

    /// Whether an old and a new secret can be accepted at the same time.
    public var canOverlap: Bool { shape != .single && limit > 1 }

    /// Whether a rotation may begin under `strategy`.
    public func permits(_ strategy: Strategy) -> Bool {
        switch strategy {
        case .overlap: canOverlap
        case .outage: canOverlap || shape == .single
        case .preStage: shape == .single && origin == .client
        case .blueGreen: shape == .pair
        }
    }

    /// Capabilities of one server.
    public init(
        shape: Shape, limit: Int, origin: Origin, recognition: Recognition, canDisable: Bool,
        canWithdraw: Bool = true, propagation: Span, expiry: Expiry = .never,
        telemetry: Telemetry = .none, telemetryLag: Span = .zero,
        events: Events = .none, eventLag: Span = .zero, namesClients: Bool = false
    ) {
        self.shape = shape
        self.limit = limit
        self.origin = origin
        self.recognition = recognition
        self.canDisable = canDisable
        self.canWithdraw = canWithdraw
        self.propagation = propagation
        self.expiry = expiry
        self.telemetry = telemetry
        self.telemetryLag = telemetryLag
        self.events = events
        self.eventLag = eventLag
        self.namesClients = namesClients
    }
}

/// What a secret store can and can't do.
public struct StoreCapabilities: Sendable, Hashable, Codable {
    /// Whether a write fails when somebody else wrote first.
    public var comparesAndSets: Bool
    /// Whether the value can be read back.
    public var readable: Bool
    /// Whether old values stay reachable under a version number.
    public var versioned: Bool
    /// Whether the `client_id` stands beside the secret, and is written with it.
    public var holdsClientID: Bool
    /// Whether there is a place for a second secret, which consumers try where the first is
    /// refused.
    public var holdsCandidate: Bool

    /// Capabilities of one store.
    public init(
        comparesAndSets: Bool, readable: Bool, versioned: Bool, holdsClientID: Bool = false,
        holdsCandidate: Bool = false
    ) {
        self.holdsClientID = holdsClientID
        self.holdsCandidate = holdsCandidate
        self.comparesAndSets = comparesAndSets
        self.readable = readable
        self.versioned = versioned
    }

    /// The same store under a plan that has places for a `client_id` and a second secret, or none.
    public func holding(clientID: Bool, candidate: Bool) -> StoreCapabilities {
        var other = self
        (other.holdsClientID, other.holdsCandidate) = (clientID, candidate)
        return other
    }
}
