import ClientCredentials
import HTTPTransport
import RotationCore

/// What all authorization servers are made of, shared by every client of a process.
struct ServerParts: Sendable {
    let http: any HTTPClient
    let resolver: SecretResolver
    /// Admin tokens in memory, for all clients of the same login.
    let tokens: TokenClient
    /// Temporary keys of AWS roles, likewise.
    let roles: AWSRoles
    /// Tokens of OpenStack, likewise.
    let keystone: KeystoneTokens
    /// Tokens of the machine's own service account at Google, likewise.
    let metadata: GoogleMetadataTokens
    let now: @Sendable () -> Instant

    init(
        http: any HTTPClient, resolver: SecretResolver, tokens: TokenClient, roles: AWSRoles,
        now: @escaping @Sendable () -> Instant
    ) {
        self.http = http
        self.resolver = resolver
        self.tokens = tokens
        self.roles = roles
        keystone = KeystoneTokens(http: http, resolver: resolver, now: now)
        // Google's own clients look there too, and go wherever it leads; here, to this host only.
        let host = resolver.environment["GCE_METADATA_HOST"]
        let isLocal = host.map { $0.hasPrefix("127.") && ServerAddress("http://\($0)") != nil }
        metadata = GoogleMetadataTokens(http: http, host: isLocal == true ? host : nil, now: now)
        self.now = now
    }

    /// The private key behind `reference`, a PEM or a JWK, which tells how it signs.
    func key(_ reference: SecretReference, of clientID: String, _ settings: Settings)
        async throws(AdapterError) -> AssertionKey
    {
        let key = try await resolver.resolve(reference, for: settings.adapter)
        let keyID = try settings.text("key_id")
        let text = key.withPlaintext { $0 }
        do throws(TokenError) {
            return try AssertionKey(clientID: clientID, text: text, keyID: keyID)
        } catch {
            throw settings.invalid(
                "private_key", "is neither a PEM nor a JWK of RSA, P-256 or Ed25519")
        }
    }
}

extension ServerParts {
    /// A client that fetches access tokens at `endpoint` with `client_id` and `client_secret`.
    func login(
        _ admin: Settings, at endpoint: TokenEndpoint, by method: TokenProbe.Method = .basic
    ) async throws(AdapterError) -> AdminLogin {
        let clientID = try admin.requiredText("client_id")
        let reference = try admin.requiredReference("client_secret")
        let secret = try await resolver.resolve(reference, for: admin.adapter)
        let authentication = method.authentication(id: clientID, secret)
        return AdminLogin(
            adapter: admin.adapter, proof: .tokens(tokens, endpoint, authentication),
            findings: resolver.findings(about: [reference], for: admin.adapter))
    }

    /// A token that was made once, behind its scheme.
    func login(_ reference: SecretReference, scheme: String = "Bearer", of admin: Settings)
        async throws(AdapterError) -> AdminLogin
    {
        AdminLogin(
            adapter: admin.adapter,
            proof: .fixed(
                scheme: scheme, try await resolver.resolve(reference, for: admin.adapter)),
            findings: resolver.findings(about: [reference], for: admin.adapter))
    }
}

extension ServerParts {
    /// The admin API at `url` with the token of `admin: {token: …}` behind `scheme`.
    ///
    /// An API that `mayAskNobody` needs none; anywhere else a plan without one is refused.
    func admin(
        by settings: Settings, at url: String, scheme: String = "Bearer",
        mayAskNobody: Bool = false, words: @escaping @Sendable (HTTPResponse) -> String?
    ) async throws(AdapterError) -> AdminAPI {
        let login: AdminLogin
        if mayAskNobody, try settings.group("admin") == nil {
            login = AdminLogin(adapter: settings.adapter, proof: .nobody, findings: [])
        } else {
            let admin = try settings.requiredGroup("admin")
            login = try await self.login(
                try admin.requiredReference("token"), scheme: scheme, of: admin)
        }
        return AdminAPI(
            address: url, caFile: try settings.caFile(), login: login, http: http, words: words)
    }
}

extension Settings {
    /// The PEM file of the only authorities to trust; nil for the system's.
    func caFile() throws(AdapterError) -> String? {
        try text("ca_file") == nil ? nil : absolutePath("ca_file")
    }
}
