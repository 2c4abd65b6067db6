/// Where a service's credential stands, and how it is noticed that another one stands there.
public protocol CredentialSource: Sendable {
    /// What stands there now. A read; harmless to repeat.
    func read() async throws(CredentialUnreadable) -> StagedCredentials

    /// An element whenever it may be worth reading again; ends where nothing ever changes.
    func hints() -> AsyncStream<CredentialHint>
}

/// Why a credential may be worth reading again.
public enum CredentialHint: Sendable, Hashable {
    /// Something was written there, be it the same: a rotation wants to see it used.
    case written
    /// Time has passed.
    case time
}

/// Why a credential can't be read; never quotes what stands there.
public struct CredentialUnreadable: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, for people.
    public let description: String
    /// A reason.
    public init(_ description: String) { self.description = description }
}

/// A credential that never changes.
public struct FixedCredential: CredentialSource {
    private let credentials: StagedCredentials

    /// The credential.
    public init(_ authentication: ClientAuthentication) {
        credentials = StagedCredentials(current: authentication)
    }

    /// The credential.
    public func read() -> StagedCredentials { credentials }

    /// Nothing.
    public func hints() -> AsyncStream<CredentialHint> { AsyncStream { $0.finish() } }
}
