import RotationCore

/// What every driver of a run shares.
struct EngineParts: Sendable {
    let journal: Journal
    let epoch: Int64
    let sealer: Sealer
    let factory: any AdapterFactory
    let clock: any RotationClock
    let random: any RandomSource
    let identities: IdentityBook
}

/// Who each target said it is in this run, asked once for all rotations that share it.
///
/// Invariant 11: no effect goes to a target whose identity was not asserted in this run.
actor IdentityBook {
    private var known: [TargetSettings: TargetIdentity] = [:]

    func identity(
        of settings: TargetSettings, ask: @Sendable () async throws(AdapterError) -> TargetIdentity
    ) async throws(AdapterError) -> TargetIdentity {
        if let identity = known[settings] { return identity }
        let identity = try await ask()
        known[settings] = identity
        return identity
    }
}

/// A call to a named target that didn't work.
struct TargetFailure: Error, Sendable {
    let target: String
    let isServer: Bool
    let error: AdapterError
}

/// What one attempt at a phase's effect came to.
enum StepResult: Sendable {
    /// The machine hears of it.
    case moved(RotationEvent, [String: String] = [:])
    /// Nothing moves until `until`; nil means the next pause of the retry rule.
    case waits(Reason, String?, until: Instant? = nil)
    /// A person is needed.
    case holds(Reason, String)
    /// The same phase, at once: something was found out or cleared away.
    case again
}
