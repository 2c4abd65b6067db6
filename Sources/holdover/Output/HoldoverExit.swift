import ArgumentParser
import RotationCore

/// What holdover exits with.
///
/// Documented in the README, never reused; unknown codes mean failure.
enum HoldoverExit: Int32, CaseIterable {
    case success = 0
    case failure = 1
    case usage = 2
    case partial = 3
    case unauthorized = 4
    case waiting = 5
    case changed = 10
    case locked = 11
    case journal = 12
    case personNeeded = 20
    case oldSecretInUse = 21
    case ambiguous = 22
    case temporary = 75
    case interrupted = 130

    /// One line for the README and `--help`.
    var meaning: String {
        switch self {
        case .success: "done, or nothing due; waiting counts as fine"
        case .failure: "something failed that has no code of its own"
        case .usage: "the command line, a plan or alerts.yaml is wrong"
        case .partial: "some clients went on, others have a wrong plan"
        case .unauthorized:
            "a credential was refused: an admin's, which may also have too few rights, or of "
                + "`token` and `exec` the client's"
        case .waiting: "waiting on a gate (only with --detailed-exitcode)"
        case .changed: "something moved (only with --detailed-exitcode)"
        case .locked: "another run holds the state directory"
        case .journal: "the journal or its key can't be used"
        case .personNeeded: "a rotation is held until a person decides"
        case .oldSecretInUse:
            "a consumer still presents the old secret, before or after it was revoked"
        case .ambiguous: "nobody knows what a creation came to; a person must look"
        case .temporary:
            "a server, a store or a hook is away, or the disk nearly full; a later run tries again"
        case .interrupted: "interrupted; everything is recorded and the next run goes on"
        }
    }

    /// What a rotation that stopped moving means for the exit code; nil where it is fine.
    static func verdict(on rotation: Rotation) -> HoldoverExit? {
        verdict(on: rotation.state, rotation.reason)
    }

    /// Reasons for which a rotation that isn't held is not fine.
    static let stoppingReasons = Reason.allCases.filter {
        verdict(on: .running(.create), $0) != nil
    }

    private static func verdict(on state: RotationState, _ reason: Reason?) -> HoldoverExit? {
        switch (state, reason) {
        case (.held, .createAmbiguous): .ambiguous
        case (.held, _): .personNeeded
        case (_, .unauthorized): .unauthorized
        case (_, .planChanged), (_, .planMissing): .personNeeded
        case (_, .consumerOnOldSecret): .oldSecretInUse
        case (_, .serverUnavailable), (_, .storeUnavailable), (_, .hookFailed),
            (_, .diskNearlyFull):
            .temporary
        default: nil
        }
    }

    /// The gravest of several.
    static func gravest(_ codes: [HoldoverExit]) -> HoldoverExit? {
        let order: [HoldoverExit] = [
            .journal, .oldSecretInUse, .ambiguous, .personNeeded, .unauthorized, .partial,
            .failure, .temporary,
        ]
        return order.first { codes.contains($0) } ?? codes.first
    }
}
