/// What was last done to a store that shows no value: all that can be known of what it holds.
public struct StoreMark: Sendable, Hashable, Codable {
    /// Which secret it was given; the old one where nothing was written yet.
    public var role: SecretRole
    /// The version that it had since; nil until it was looked at after a write.
    public var version: StoreVersion?
    /// The version before the last write: a look that shows it is out of date.
    public var replaced: StoreVersion?
    /// Whether a write was sent of which nobody knows what it came to, or that must be repeated.
    public var isOpen = false

    /// A store that holds the secret of `role`, at `version`.
    public init(_ role: SecretRole, version: StoreVersion?) {
        self.role = role
        self.version = version
    }
}
