/// A hook that tells consumers to read their secret again.
public protocol ReloadHook: Sendable {
    /// Finds what would keep the hook from working.
    ///
    /// A read, for `check` and before a server's only secret is replaced.
    func preflight() async throws(AdapterError) -> [Finding]

    /// Runs the hook once, with its deadline. Harmless to repeat; anything but success throws.
    func reload(_ context: ReloadContext) async throws(AdapterError)
}

extension ReloadHook {
    /// Most can only be tried.
    public func preflight() async throws(AdapterError) -> [Finding] { [] }
}

/// What a hook is told.
///
/// Never a secret.
public struct ReloadContext: Sendable, Hashable {
    /// The plan's client.
    public let client: ClientName
    /// The rotation.
    public let rotation: RotationID
    /// The phase that runs the hook.
    public let phase: Phase
    /// When that phase began: behind the last write, and the same for every attempt of the phase.
    public let since: Instant

    /// A context.
    public init(client: ClientName, rotation: RotationID, phase: Phase, since: Instant) {
        self.client = client
        self.rotation = rotation
        self.phase = phase
        self.since = since
    }
}

/// Where one consumer says which secret it uses.
public protocol AdoptionReporter: Sendable {
    /// The consumer's latest report; nil where it hasn't made one. A read.
    func report() async throws(AdapterError) -> AdoptionReport?
}

/// A consumer's word for the secret that it uses: proof of the value that doesn't give it away.
///
/// `fingerprint` is the first 16 bytes, in lower-case hex, of HMAC-SHA-256 with the secret as the
/// key over `holdover-adoption-v1\n<client_id>\n<at>`. Keyed by the secret itself, it can't be
/// forged without it; bound to a time, it can't be replayed for a later distribution.
public struct AdoptionReport: Sendable, Hashable {
    /// When the consumer made the report, exactly as it was spelled (RFC 3339, UTC).
    public let spelledAt: String
    /// The same moment.
    public let at: Instant
    /// 32 lower-case hex digits.
    public let fingerprint: String
    /// The same of the candidate that the consumer holds beside it, over
    /// `holdover-candidate-v1\n<client_id>\n<at>`; nil where it says nothing of one.
    public let candidate: String?

    /// A report.
    public init(spelledAt: String, at: Instant, fingerprint: String, candidate: String? = nil) {
        self.candidate = candidate
        self.spelledAt = spelledAt
        self.at = at
        self.fingerprint = fingerprint
    }
}
