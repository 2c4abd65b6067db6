/// Why a rotation isn't moving.
///
/// Stable codes: people grep for them and dashboards count them.
public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
    // Waiting: the engine tries again by itself.
    case serverUnavailable = "server-unavailable"
    case storeUnavailable = "store-unavailable"
    case unknownOutcome = "unknown-outcome"
    case unauthorized
    case notYetAccepted = "not-yet-accepted"
    case acceptanceWindow = "acceptance-window"
    case storeNotYetEqual = "store-not-yet-equal"
    case hookFailed = "hook-failed"
    case adoption
    case soak
    case overlap
    case approval
    case planChanged = "plan-changed"
    case planMissing = "plan-missing"
    case notYetRefused = "not-yet-refused"
    case refusalWindow = "refusal-window"
    case watching
    case consumerOnOldSecret = "consumer-on-old-secret"
    case diskNearlyFull = "disk-nearly-full"

    // Held: a person decides.
    case byOperator = "by-operator"
    case wrongTarget = "wrong-target"
    case refusedByTarget = "refused-by-target"
    case preflight
    case noOverlap = "no-overlap"
    case slotOccupied = "slot-occupied"
    case oldSecretUnclear = "old-secret-unclear"
    case createAmbiguous = "create-ambiguous"
    case storesDisagree = "stores-disagree"
    case storeEmpty = "store-empty"
    case storeChanged = "store-changed"
    case twoWriters = "two-writers"
    case anySecretAccepted = "any-secret-accepted"
    case oldSecretRefused = "old-secret-refused"
    case oldSecretGone = "old-secret-gone"
    case newSecretRefused = "new-secret-refused"
    case newSecretGone = "new-secret-gone"
    case newSecretStillAccepted = "new-secret-still-accepted"
    case oldSecretStillAccepted = "old-secret-still-accepted"
    case sealedSecretMissing = "sealed-secret-missing"
    case cannotWithdraw = "cannot-withdraw"
    case recovered

    // Ending: why a rotation went back.
    case rollback

    /// Whether nothing moves until a person does something.
    public var needsPerson: Bool {
        switch self {
        case .serverUnavailable, .storeUnavailable, .unknownOutcome, .notYetAccepted,
            .acceptanceWindow, .storeNotYetEqual, .hookFailed, .adoption, .soak, .overlap,
            .notYetRefused, .refusalWindow, .watching, .rollback, .diskNearlyFull:
            false
        case .unauthorized, .approval, .planChanged, .planMissing, .consumerOnOldSecret,
            .byOperator, .wrongTarget, .refusedByTarget, .preflight, .noOverlap, .slotOccupied,
            .oldSecretUnclear, .createAmbiguous, .storesDisagree, .storeEmpty, .storeChanged,
            .twoWriters, .anySecretAccepted, .oldSecretRefused, .oldSecretGone, .newSecretRefused,
            .newSecretGone, .newSecretStillAccepted, .oldSecretStillAccepted, .sealedSecretMissing,
            .cannotWithdraw, .recovered:
            true
        }
    }
}
