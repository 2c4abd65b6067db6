import RotationCore

/// What somebody else does to the world before a call.
public enum Deed: String, Sendable, Hashable, CaseIterable {
    /// A colleague adds a secret for the client.
    case foreignSecret = "foreign-secret"
    /// Another tool puts the original value back into the first store.
    case storeReverted = "store-reverted"
    /// Somebody writes the same value again, so that its version is another.
    case storeTouched = "store-touched"
    /// A consumer is rolled back to an old image and holds the original value again.
    case consumerRolledBack = "consumer-rolled-back"
    /// A colleague deletes the secret that we made.
    case ourSecretDeleted = "our-secret-deleted"
    /// The clock of the machine is set forward by an hour, the boot clock isn't.
    case clockForward = "clock-forward"
    /// The clock of the machine is set back by an hour.
    case clockBack = "clock-back"
}

extension WorldState {
    /// Does it, and remembers since when what we knew of it is out of date.
    mutating func apply(_ deed: Deed) {
        isMeddled = true
        let original = secrets.first { $0.owner == .original }?.value ?? World.original
        switch deed {
        case .foreignSecret:
            secrets.append(
                WorldSecret(id: .init(rawValue: "f\(calls)"), value: "theirs", owner: .foreign))
        case .storeReverted:
            stores[0].value = original
            if stores[0].candidate != nil { stores[0].candidate = original }
            stores[0].version += 1
            stores[0].changedAt = calls
        case .storeTouched: stores[0].version += 1
        case .consumerRolledBack:
            consumers[consumers.count - 1].value = original
            if consumers[consumers.count - 1].candidate != nil {
                consumers[consumers.count - 1].candidate = original
            }
            consumers[consumers.count - 1].loadedAt = now
            consumers[consumers.count - 1].changedAt = calls
        case .ourSecretDeleted:
            secrets.removeAll { $0.owner == .ours }
            takenAt = calls
        case .clockForward: skew += 3_600_000
        case .clockBack: skew -= 3_600_000
        }
    }
}
