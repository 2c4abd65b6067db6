/// One attempt to change the outside world: an intent, and in time its outcome.
public struct Operation: Sendable, Hashable {
    /// What is attempted.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case stage, create, write, reload, disable, enable, delete
    }

    /// What it came to.
    ///
    /// An intent without an outcome is the same case as `unknown`.
    public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
        /// It happened.
        case ok
        /// It is proved not to have happened.
        case noEffect = "no-effect"
        /// It may have happened; the world was or will be asked.
        case unknown
    }

    /// The journal's number; 0 before it has one.
    public var number: Int64
    /// The rotation.
    public let rotation: RotationID
    /// The phase in which it is attempted.
    public let phase: Phase
    /// What is attempted.
    public let kind: Kind
    /// On what: the server's credential, a store's name, a hook's name.
    public let target: String
    /// The label that the server keeps, for a creation.
    public let label: String?

    /// An attempt.
    public init(
        number: Int64 = 0, rotation: RotationID, phase: Phase, kind: Kind, target: String,
        label: String? = nil
    ) {
        self.number = number
        self.rotation = rotation
        self.phase = phase
        self.kind = kind
        self.target = target
        self.label = label
    }
}
