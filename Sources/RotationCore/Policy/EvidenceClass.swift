/// How it can be known which secret a consumer uses.
public enum EvidenceClass: String, Sendable, Hashable, Codable, CaseIterable {
    /// The server tells when each secret was last used.
    case telemetry
    /// The consumer reports a keyed fingerprint of the secret with which it got its last token.
    case fingerprint
    /// Every instance of the consumer began behind the distribution.
    case rollout
    /// The store's log has a read by the consumer behind the distribution.
    case storeRead = "store-read"
    /// Nothing can be seen: only time passes.
    case soak

    /// What it is worth.
    public var grade: EvidenceGrade {
        switch self {
        case .telemetry, .fingerprint: .a
        case .rollout: .b
        case .storeRead: .c
        case .soak: .d
        }
    }
}

/// What a piece of evidence is worth, from the best to the least.
///
/// The grade of a rotation is that of its weakest consumer.
public enum EvidenceGrade: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Tokens were got with the new secret.
    case a = "A"
    /// The consumer began after the new secret was in the store, and can't know another.
    case b = "B"
    /// The consumer has fetched the new secret; whether it uses it, nobody saw.
    case c = "C"
    /// Nothing was seen.
    case d = "D"

    /// Whether it is proof by itself.
    ///
    /// What isn't counts only where the plan says `soak` in words.
    public var isProof: Bool { self <= .b }

    /// Better comes first.
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}
