import RotationCore

extension EvidenceClass {
    /// What would be taken for proof, or in place of it.
    func whatCounts(isCandidate: Bool) -> String {
        switch self {
        case .fingerprint where isCandidate:
            "a report made after the candidate was written, with a second fingerprint of it"
        case .fingerprint: "a report made after the distribution with the expected secret"
        case .telemetry where isCandidate, .rollout where isCandidate: "the plan's soak"
        case .telemetry:
            "the server sees the expected secret, and for as long as `quiet` not the other one"
        case .rollout: "every instance began after the distribution and is ready"
        case .storeRead: "a read of the store after the distribution, and the plan's soak"
        case .soak: "the plan's soak"
        }
    }
}
