/// The credentials of a client that a source holds at one moment.
public struct StagedCredentials: Sendable {
    /// The one to use (`AWSCURRENT`).
    public var current: ClientAuthentication
    /// One to try where the current one is refused (`AWSPENDING`): a rotation is about to need it.
    public var candidate: ClientAuthentication?

    /// Credentials.
    public init(current: ClientAuthentication, candidate: ClientAuthentication? = nil) {
        self.current = current
        self.candidate = candidate
    }

    func isSame(as other: StagedCredentials) -> Bool {
        guard current.digest == other.current.digest else { return false }
        return candidate?.digest == other.candidate?.digest
    }
}
