/// A token that may do less than was asked for.
public struct ScopeShortfall: Error, Sendable, Hashable {
    /// The scopes that were asked for.
    public let asked: Set<String>
    /// Those that the token has.
    public let granted: Set<String>

    /// A shortfall.
    public init(asked: Set<String>, granted: Set<String>) {
        self.asked = asked
        self.granted = granted
    }

    /// What was asked for and isn't granted.
    public var missing: Set<String> { asked.subtracting(granted) }
}

extension ScopeShortfall: CustomStringConvertible {
    /// One line for people, which names only what this side asked for.
    public var description: String {
        "the token lacks the scope \(missing.sorted().joined(separator: " "))"
    }
}
