import RotationCore

extension Phase {
    /// What is so when the phase is done, for the timeline.
    var whenDone: String {
        switch self {
        case .stage: "every store holds the new secret as a candidate beside the old one"
        case .announce: "consumers were told to read again"
        case .ready: "every consumer is proven to hold both"
        case .create: "a second secret exists beside the old one"
        case .accept: "the server accepts both secrets"
        case .write: "every store holds the new secret"
        case .reload: "consumers were told to read again"
        case .adopt: "every consumer is proven on the new secret"
        case .overlap: "the overlap is over"
        case .disable: "the old secret is refused; this can still be undone"
        case .delete: "the old secret is deleted"
        case .prove: "the old secret is proven dead"
        case .watch: "nobody presented the old secret"
        case .close: "completed"
        case .reinstate: "the old secret is accepted again; going forward anew"
        case .enable: "the old secret is accepted again"
        case .restore: "every store holds the old secret again"
        case .recall: "consumers were told to read again"
        case .readopt: "every consumer is back on the old secret"
        case .withdraw: "the new secret is withdrawn"
        }
    }

    /// What the phase is for, for `start --dry-run` and `explain`.
    var purpose: String {
        switch self {
        case .stage: "make the new secret and put it into every store, as a candidate"
        case .announce: "run the reload hooks"
        case .ready: "wait until every consumer is proven to hold the candidate too"
        case .create: "make a second secret beside the old one"
        case .accept: "see that the token endpoint accepts it"
        case .write: "put it into every store and read it back"
        case .reload: "run the reload hooks"
        case .adopt: "wait until every consumer is proven to use it"
        case .overlap: "keep both secrets accepted for the minimum overlap"
        case .disable: "make the server refuse the old secret in a way that can be undone"
        case .delete: "delete the old secret by its exact id"
        case .prove: "see that the old secret is refused"
        case .watch: "look for anyone still presenting the old secret"
        case .close: "sweep and shred"
        case .reinstate, .enable: "make the server accept the old secret again"
        case .restore: "put the old secret back into every store"
        case .recall: "run the reload hooks"
        case .readopt: "wait until every consumer is proven to be back on the old secret"
        case .withdraw: "delete the new secret"
        }
    }
}

extension Rotation {
    /// What a person can type about it; a rollback only where one can be had.
    var commands: [String] {
        guard !state.isEnded, let all = reason?.commands(for: client.rawValue) else { return [] }
        guard rollbackRefusal != nil else { return all }
        return all.filter { !$0.hasPrefix("holdover rollback") }
    }
}

extension Reason {
    /// What a person can type about it.
    fileprivate func commands(for client: String) -> [String] {
        switch self {
        case .serverUnavailable, .storeUnavailable, .hookFailed, .unauthorized:
            ["holdover check \(client)", "holdover retry \(client)", "holdover rollback \(client)"]
        case .approval: ["holdover approve \(client)", "holdover rollback \(client)"]
        case .planChanged:
            [
                "holdover resume \(client) --keep-plan", "holdover resume \(client) --accept-plan",
                "holdover rollback \(client)",
            ]
        case .planMissing:
            ["holdover resume \(client) --keep-plan", "holdover rollback \(client)"]
        case .byOperator, .recovered: ["holdover resume \(client)", "holdover rollback \(client)"]
        case .adoption:
            ["holdover retry \(client)", "holdover hold \(client)", "holdover rollback \(client)"]
        case .unknownOutcome, .notYetAccepted, .acceptanceWindow, .storeNotYetEqual, .soak,
            .overlap, .notYetRefused, .refusalWindow, .diskNearlyFull:
            ["holdover hold \(client)", "holdover rollback \(client)"]
        case .watching: ["holdover hold \(client)", "holdover rollback \(client)"]
        case .consumerOnOldSecret: ["holdover status \(client)", "holdover rollback \(client)"]
        case .wrongTarget, .refusedByTarget, .preflight, .noOverlap, .slotOccupied,
            .oldSecretUnclear, .createAmbiguous, .storesDisagree, .storeEmpty, .storeChanged,
            .twoWriters, .anySecretAccepted, .oldSecretRefused, .oldSecretGone, .newSecretRefused,
            .newSecretGone, .newSecretStillAccepted, .oldSecretStillAccepted, .sealedSecretMissing:
            ["holdover resume \(client)  (after mending it)", "holdover rollback \(client)"]
        case .cannotWithdraw:
            [
                "holdover resume \(client) --forward",
                "holdover resume \(client)  (after mending it)",
            ]
        case .rollback: []
        }
    }
}

extension RotationState {
    /// Where that leaves everybody, at three in the morning.
    var standing: String {
        switch self {
        case .completed: "the new secret is in force and the old one is dead"
        case .abandoned: "the old secret is in force and nothing of ours is left"
        case .running(let phase), .held(let phase):
            switch phase {
            case .stage: "the old secret is in force; stores may hold the new one as a candidate"
            case .announce, .ready:
                "the old secret is in force; the new one is a candidate beside it"
            case .create: "the old secret is in force; nothing was distributed"
            case .accept: "the old secret is in force; the new one was not distributed"
            case .write, .reload, .adopt, .overlap, .restore, .recall, .readopt:
                "both secrets are accepted"
            case .disable, .reinstate, .enable:
                "the new secret is accepted; the old one can be put back with one command"
            case .delete: "the new secret is accepted; the old one may be gone"
            case .prove, .watch, .close: "the new secret is in force; the old one is deleted"
            case .withdraw: "the old secret is in force"
            }
        }
    }
}
