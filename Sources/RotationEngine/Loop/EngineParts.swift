public import RotationCore

/// What every driver of a run shares.
struct EngineParts: Sendable {
    let journal: Journal
    let epoch: Int64
    let sealer: Sealer
    let factory: any AdapterFactory
    let clock: any RotationClock
    let random: any RandomSource
    let identities: IdentityBook
    let lookAtPlan: PlanLook
}

/// Brings the journal's knowledge of one client's plan file up to date, right before something is
/// done that goes by it.
public typealias PlanLook = @Sendable (ClientName, Journal) throws -> Void

/// What a run tells while it goes on.
public struct RotationNews: Sendable {
    /// The rotation as it is now, already committed.
    public let rotation: Rotation
    /// The phase that the news is of.
    public let phase: Phase
    /// What happened; nil where the rotation only began to wait for something else.
    public let event: RotationEvent?
    /// Why the phase had nothing to do, where it is done for that.
    public var skipped: String?
}

/// Who each target said it is in this run, asked once for all rotations that share it.
///
/// Invariant 11: no effect goes to a target whose identity was not asserted in this run.
actor IdentityBook {
    private struct Target: Hashable {
        let settings: TargetSettings
        /// A server says who it is for one client; a store is the same for all.
        let client: ClientID?
    }
    private var known: [Target: TargetIdentity] = [:]

    func identity(
        of settings: TargetSettings, for client: ClientID?,
        ask: @Sendable () async throws(AdapterError) -> TargetIdentity
    ) async throws(AdapterError) -> TargetIdentity {
        let target = Target(settings: settings, client: client)
        if let identity = known[target] { return identity }
        let identity = try await ask()
        known[target] = identity
        return identity
    }
}

/// A call to a named target that didn't work.
struct TargetFailure: Error, Sendable {
    let target: String
    let isServer: Bool
    let error: AdapterError

    /// What happened, and to which target.
    var words: String {
        // Adapters begin with their own name, which is often the target's too.
        error.message.hasPrefix(target) ? error.message : "\(target): \(error.message)"
    }

    /// Whether the server said that it never deletes its newest secret.
    func isForGood(at server: any AuthorizationServer) -> Bool {
        error.kind == .refused && !server.capabilities.canWithdraw
    }
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
