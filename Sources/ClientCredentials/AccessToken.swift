import FoundationEssentials

/// A bearer token; printing and dumping don't show it.
public struct AccessToken: Sendable {
    /// The token.
    public let value: String
    /// How long it is good for from when it was requested; nil where the server doesn't say.
    public let lifetime: Duration?
    /// The scope where the server names it.
    public let scope: String?
    /// The scope that was asked for; nil for the client's default.
    public let askedScope: String?
    /// When it was requested, by the wall clock; nil where that isn't known.
    let askedAt: Date?

    /// A token.
    public init(
        value: String, lifetime: Duration? = nil, scope: String? = nil, askedScope: String? = nil
    ) {
        self.init(
            value: value, lifetime: lifetime, scope: scope, askedScope: askedScope, askedAt: nil)
    }

    init(
        value: String, lifetime: Duration?, scope: String?, askedScope: String?, askedAt: Date?
    ) {
        self.askedAt = askedAt
        self.value = value
        self.lifetime = lifetime
        self.scope = scope
        self.askedScope = askedScope
    }

    /// The scopes that the token has; nil where neither side said.
    ///
    /// A server that names none granted what was asked (RFC 6749 §5.1).
    public var granted: Set<String>? {
        (scope ?? askedScope).map(Scopes.set)
    }

    /// What was asked for and not granted; nil where there is nothing such.
    ///
    /// A server may grant less than was asked, and says so by naming the scope (RFC 6749 §3.3).
    /// Neither the order nor a repetition matters, and more than was asked is no shortfall. For
    /// callers that need all of it, the shortfall is an error to throw.
    public var scopeShortfall: ScopeShortfall? {
        guard let askedScope, let granted else { return nil }
        let asked = Scopes.set(askedScope)
        return asked.isSubset(of: granted) ? nil : ScopeShortfall(asked: asked, granted: granted)
    }
}

extension AccessToken: Hashable {
    /// Whether they are the same to whoever uses them, whenever they were requested.
    public static func == (one: AccessToken, other: AccessToken) -> Bool {
        (one.value, one.lifetime, one.scope, one.askedScope)
            == (other.value, other.lifetime, other.scope, other.askedScope)
    }

    /// By the token alone.
    public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder, whatever the token is.
    public var description: String { "<access token>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
