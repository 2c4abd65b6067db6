/// An OAuth authorization server's admin API, as far as the secrets of one client go.
///
/// A conforming value is bound to one client of one server and keeps no state: whatever must
/// survive a crash is in the journal. Each method makes exactly one attempt at a mutation, with a
/// deadline.
public protocol AuthorizationServer: Sendable {
    /// What this server, as configured, can and can't do. Read before anything is touched.
    var capabilities: ServerCapabilities { get }

    /// Asserts that the server is the one that the plan names, and says who it is.
    ///
    /// A read. Throws `wrongTarget` where issuer or tenant differ from the plan's.
    func identity() async throws(AdapterError) -> TargetIdentity

    /// Finds what would keep a rotation of this client from working: rights, client type, policy.
    ///
    /// A read, for `check` and before a rotation's first mutation. Empty means nothing found.
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding]

    /// The client's secrets as the server lists them now, those of `known` recognised by value
    /// where the server shows a value, a hash or a hint.
    ///
    /// A read. Disabled secrets are listed too; expired ones are not.
    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential]

    /// Adds a secret beside the one in force, or where there is one only, puts it in its place.
    ///
    /// **Not idempotent.** `secret` is nil exactly where ``ServerCapabilities/origin`` is `server`.
    /// `limitReached` and other kinds that prove no effect promise that nothing was made; a lost
    /// answer is `unknown`, and the engine asks ``credentials(knowing:)`` before anything else.
    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential

    /// The same where the server must know which secret is in force, by its id: of a
    /// ``ServerCapabilities/Shape/pair``, the other one gets it.
    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential

    /// Makes the server refuse `credential` in a way that ``enable(_:)`` undoes.
    ///
    /// Idempotent. Called only where ``ServerCapabilities/canDisable``.
    func disable(_ credential: CredentialID) async throws(AdapterError)

    /// Makes the server accept a disabled `credential` again. Idempotent.
    func enable(_ credential: CredentialID) async throws(AdapterError)

    /// Deletes `credential` for good, while `survivor` stays accepted at every instant.
    ///
    /// Idempotent: deleting what is gone is a success. The survivor is for servers that name slots
    /// and not secrets, where withdrawing the new secret means putting the old one back in front:
    /// also where there is one slot only.
    /// Without ``ServerCapabilities/canWithdraw`` the newest secret is `refused`, with words that
    /// say what a person can do, and nothing is changed.
    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)

    /// Asks the token endpoint with the consumer's own authentication method, uncached.
    ///
    /// A refusal is an answer here, not an error; everything that is no answer throws.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult

    /// The same about the secret of a credential that was listed or created, gone by now or not;
    /// nil where its id isn't known.
    ///
    /// With ``ServerCapabilities/namesClients`` the id is the `client_id` to ask with.
    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult

    /// The client's token requests since `moment`, as the server's log has them, our own among
    /// them; nil where it tells of none.
    ///
    /// A read. What can't be read throws: silence is only what was looked for and not found. Called
    /// only where ``ServerCapabilities/events`` says that there is anything.
    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations?

    /// The scopes (RFC 6749 §3.3), or what the server has in their place, that the client may get
    /// for itself; nil where that isn't told.
    ///
    /// A read, for `check`.
    func scopes() async throws(AdapterError) -> Set<String>?
}

extension AuthorizationServer {
    /// Most servers put it beside whatever there is.
    public func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        try await create(secret, label: label)
    }

    /// Most servers can't; see ``ServerCapabilities/canDisable``.
    public func disable(_ credential: CredentialID) async throws(AdapterError) {
        throw noDisabling
    }

    /// Where nothing can be disabled there is nothing to enable.
    public func enable(_ credential: CredentialID) async throws(AdapterError) {
        throw noDisabling
    }

    /// Most secrets are tried with the plan's `client_id`, whichever they are.
    public func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        try await authenticate(with: secret, connection: connection)
    }

    /// Most servers keep no log that can be asked.
    public func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        nil
    }

    /// Most aren't asked.
    public func scopes() async throws(AdapterError) -> Set<String>? { nil }

    private var noDisabling: AdapterError {
        AdapterError(.refused, code: "no-disabling", message: "secrets can't be disabled here")
    }
}

/// How the request of a probe reaches the server.
public enum ProbeConnection: Sendable, Hashable {
    /// A connection that may have been used before.
    case kept
    /// A new one, so that a load balancer may choose another node.
    case fresh
}

/// What a token endpoint says of a secret.
///
/// Two answers are the same where they say the same of the secret, whatever token came with it.
public enum AuthenticationResult: Sendable, Hashable {
    /// It issued a token, which is good for so long (`expires_in`, RFC 6749 §5.1); nil where that
    /// isn't told.
    case accepted(tokenLifetime: Span?)
    /// It refused the secret, in its own code (`invalid_client` and the like).
    case refused(code: String)

    /// It issued a token; nobody knows for how long.
    public static var accepted: Self { .accepted(tokenLifetime: nil) }

    private var refusal: String? {
        switch self {
        case .accepted: nil
        case .refused(let code): code
        }
    }

    /// Whether both say the same of the secret.
    public static func == (one: Self, other: Self) -> Bool { one.refusal == other.refusal }

    /// By what it says of the secret.
    public func hash(into hasher: inout Hasher) { hasher.combine(refusal) }
}

/// One secret as the server lists it.
public struct Credential: Sendable {
    /// The server's id, or the name of the slot.
    public let id: CredentialID
    /// False where it is soft-disabled.
    public let isEnabled: Bool
    /// When the server says that it was made.
    public let createdAt: Instant?
    /// When the server will stop accepting it by itself; nil is never.
    public let expiresAt: Instant?
    /// The label given at creation, where the server keeps one.
    public let label: String?
    /// Which known secret this is, by value; nil where it is neither or can't be told.
    public let holds: SecretRole?
    /// Whether the server shows enough of it to tell that it is none of the known secrets.
    public let isOther: Bool
    /// The value, where the server can show it again.
    public let secret: ClientSecret?
    /// When it was last accepted, where the server says so (``ServerCapabilities/Telemetry``); nil
    /// is never, or not told.
    public let lastUsedAt: Instant?

    /// A listed secret.
    public init(
        id: CredentialID, isEnabled: Bool = true, createdAt: Instant? = nil,
        expiresAt: Instant? = nil, label: String? = nil, holds: SecretRole? = nil,
        isOther: Bool = false, secret: ClientSecret? = nil, lastUsedAt: Instant? = nil
    ) {
        self.id = id
        self.isEnabled = isEnabled
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.label = label
        self.holds = holds
        self.isOther = isOther
        self.secret = secret
        self.lastUsedAt = lastUsedAt
    }
}

/// What a server answered to a creation.
public struct CreatedCredential: Sendable {
    /// The id of the new secret.
    public let id: CredentialID
    /// Its value, where the server made it; nil where the caller did.
    public let secret: ClientSecret?
    /// Under which id the old secret is listed from now on, where creating moves slots.
    public let old: CredentialID?

    /// An answer.
    public init(id: CredentialID, secret: ClientSecret?, old: CredentialID? = nil) {
        self.id = id
        self.secret = secret
        self.old = old
    }
}

/// Who a target says it is: issuer and tenant, or mount and accessor.
///
/// Compared between runs.
public struct TargetIdentity: RawRepresentable, Sendable, Hashable, Codable {
    /// An opaque, stable description.
    public let rawValue: String
    /// Wraps a description.
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// Something that `check` found.
public struct Finding: Sendable, Hashable, Codable {
    /// How bad it is.
    public enum Severity: String, Sendable, Hashable, Codable {
        /// A rotation would be refused.
        case problem
        /// A rotation would work; the reader should know.
        case warning
    }
    /// How bad it is.
    public let severity: Severity
    /// A stable kebab-case code.
    public let code: String
    /// What it is, in words.
    public let message: String

    /// A finding.
    public init(_ severity: Severity, code: String, message: String) {
        self.severity = severity
        self.code = code
        self.message = message
    }
}
