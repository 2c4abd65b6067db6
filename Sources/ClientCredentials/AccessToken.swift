/// A bearer token; printing and dumping don't show it.
public struct AccessToken: Sendable, Hashable {
    /// The token.
    public let value: String
    /// How long it is good for from when it was requested; nil where the server doesn't say.
    public let lifetime: Duration?
    /// The scope where the server names it.
    public let scope: String?

    /// A token.
    public init(value: String, lifetime: Duration? = nil, scope: String? = nil) {
        self.value = value
        self.lifetime = lifetime
        self.scope = scope
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// A placeholder, whatever the token is.
    public var description: String { "<access token>" }
    /// The same.
    public var debugDescription: String { description }
    /// No children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
