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
    /// The moment of the distribution: behind the last write to a store, and the same for every
    /// attempt until one is written again.
    public let since: Instant

    /// A context.
    public init(client: ClientName, rotation: RotationID, phase: Phase, since: Instant) {
        self.client = client
        self.rotation = rotation
        self.phase = phase
        self.since = since
    }
}
