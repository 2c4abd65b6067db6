public import HTTPTransport
public import Logging
public import Metrics
import Synchronization

/// A service's tokens: from memory while they are good, renewed before they end, and through a
/// rotation of the credential without a failed call.
///
/// ```swift
/// let tokens = TokenProvider(
///     TokenEndpoint(url: "https://login.example.com/oauth2/token", scope: "invoices.read"),
///     credential: CredentialFile(secret: "/run/secrets/billing", clientID: "billing"))
/// let token = try await tokens.token()
/// ```
///
/// One provider is made for each client and shared by everything that needs its tokens. It goes
/// on watching its credential until it is closed, or nobody holds it.
public final class TokenProvider: Sendable {
    /// What differs between services.
    public struct Settings: Sendable {
        /// How it behaves where the endpoint is slow, refuses or is away.
        public var policy: TokenPolicy
        /// Where it says which secret it uses.
        public var adoption: AdoptionReporting
        /// Where tokens are kept between processes; nil for nowhere.
        public var store: SealedTokenStore?
        /// What is worth knowing; never a secret or a token.
        public var logger: Logger
        /// What makes the metrics.
        public var metrics: any MetricsFactory
        /// Breakers and throttles; for providers of one server to share.
        public var gates: TokenGates

        /// The usual settings: no reports, nothing on disk, and the process's own metrics.
        public init(
            policy: TokenPolicy = TokenPolicy(), adoption: AdoptionReporting = .none,
            store: SealedTokenStore? = nil, logger: Logger = Logger(label: "client-credentials"),
            metrics: any MetricsFactory = MetricsSystem.factory, gates: TokenGates = TokenGates()
        ) {
            self.policy = policy
            self.adoption = adoption
            self.store = store
            self.logger = logger
            self.metrics = metrics
            self.gates = gates
        }
    }

    /// As long as a clock can count on.
    private static let forEver = Duration.seconds(1_000_000_000)

    private let endpoint: TokenEndpoint
    private let settings: Settings
    private let time: TokenTime
    private let metrics: TokenMetrics
    private let cache: TokenCache<TokenEndpoint, TokenFailure>
    private let purchase: TokenPurchase
    private let keeper: CredentialKeeper
    private let watch = Mutex<Task<Void, Never>?>(nil)
    private let reproof = Mutex(Reproof())

    /// A provider of tokens from `endpoint` for the client whose credential `source` holds.
    public convenience init(
        _ endpoint: TokenEndpoint, credential source: any CredentialSource,
        through http: any HTTPClient = CurlClient(), settings: Settings = Settings()
    ) {
        self.init(
            endpoint, credential: source, through: http, settings: settings, time: TokenTime())
    }

    init(
        _ endpoint: TokenEndpoint, credential source: any CredentialSource,
        through http: any HTTPClient, settings: Settings, time: TokenTime
    ) {
        let policy = settings.policy
        let metrics = TokenMetrics(endpoint: endpoint.url, factory: settings.metrics)
        self.endpoint = endpoint.normalized
        self.settings = settings
        self.time = time
        self.metrics = metrics
        keeper = CredentialKeeper(
            source, pause: policy.refusalPause, time: time, logger: settings.logger)
        purchase = TokenPurchase(
            keeper: keeper,
            requester: TokenRequester(
                http: http, gates: settings.gates, policy: policy, time: time, metrics: metrics),
            reporter: AdoptionReporter(settings.adoption, time: time), store: settings.store,
            policy: policy, time: time, metrics: metrics, logger: settings.logger,
            failures: FailureLog(settings.logger))
        cache = TokenCache(
            time: time, impatience: .init(cancelled: .cancelled, late: .deadline),
            onHit: { metrics.hit() },
            life: { TokenLife($0, from: $1, policy, chance: time.fraction()) })
        let hints = source.hints()
        let task = Task { [weak self] in
            for await hint in hints { await self?.notice(hint) }
        }
        watch.withLock { $0 = task }
    }

    deinit { close() }

    /// Stops watching the credential; tokens can still be asked for.
    ///
    /// Harmless to repeat.
    public func close() {
        watch.withLock { watch in
            watch?.cancel()
            watch = nil
        }
    }

    /// A token that is good for a while: from memory, or a new one.
    ///
    /// However many callers ask, one request is under way for each set of scopes and resources.
    /// `scope` is a list of words with spaces between, in any order; nil for the endpoint's.
    /// `deadline` is how long the caller can wait; nil for the policy's. Cancelling the calling
    /// task ends its waiting.
    public func token(
        scope: String? = nil, resources: [String]? = nil, deadline: Duration? = nil
    ) async throws(TokenFailure) -> AccessToken {
        let kind = kind(scope, resources)
        let until = time.now() + min(deadline ?? settings.policy.deadline, Self.forEver)
        return try await cache.token(for: kind, until: until, fetch(kind)).get()
    }

    /// Forgets `token`, which a resource server answered with 401 (RFC 6750 §3.1), where it is
    /// still the one that is handed out.
    public func invalidate(_ token: AccessToken) {
        metrics.count(.invalidations, at: endpoint.url)
        for kind in cache.forget(token) { purchase.forget(kind) }
    }

    /// Calls `body` with a token; where it throws ``Unauthorized``, once more with another one.
    public func withToken<Value>(
        scope: String? = nil, resources: [String]? = nil,
        _ body: (AccessToken) async throws -> Value
    ) async throws -> Value {
        let token = try await token(scope: scope, resources: resources)
        do { return try await body(token) } catch is Unauthorized {
            invalidate(token)
            return try await body(try await self.token(scope: scope, resources: resources))
        }
    }

    /// What ``withToken(scope:resources:_:)`` is told where a resource server answers with 401.
    public struct Unauthorized: Error {
        /// The resource server answered with 401.
        public init() {}
    }

    private func kind(_ scope: String?, _ resources: [String]?) -> TokenEndpoint {
        var kind = endpoint
        if let scope { kind.scope = scope }
        if let resources { kind.resources = resources }
        return kind.normalized
    }

    private func fetch(_ kind: TokenEndpoint) -> TokenCache<TokenEndpoint, TokenFailure>.Fetch {
        { [purchase] occasion in await purchase.token(from: kind, on: occasion) }
    }

    /// Looks at the credential, and proves a new one by getting a token with it.
    private func notice(_ hint: CredentialHint) async {
        // Who was never asked for a token proves nothing, unless a rotation may wait for that.
        let isFirst = keeper.isEmpty
        guard !isFirst || settings.adoption.isWanted else { return }
        let isNew = (try? await keeper.read(within: settings.policy.requestDeadline)) ?? false
        guard !keeper.isEmpty else { return }
        if isNew {
            metrics.count(.credentialChanges, at: endpoint.url)
            settings.logger.info("another credential stands in its place")
        }
        // What was written anew may be what stood there before: a rotation waits for its use.
        let isDue = owesReproof(behind: isNew || hint == .written)
        guard isNew || isFirst || hint == .written || keeper.owesAnotherTry || isDue else { return }
        prove()
    }

    /// Gets a token with the credential, and once that succeeded all others that are in use.
    ///
    /// One first: many servers lock a client out after a few wrong secrets.
    private func prove() {
        let used = cache.liveKeys
        let first = used.contains(endpoint) ? endpoint : used.first ?? endpoint
        cache.renew(first) { [weak self, purchase] occasion in
            let answer = await purchase.token(from: first, on: occasion, isAsked: !used.isEmpty)
            if let self, keeper.isCurrentTaken {
                for other in used where other != first { cache.renew(other, fetch(other)) }
            }
            return answer
        }
    }

    /// Whether it is time to prove the credential once more.
    private func owesReproof(behind isChange: Bool) -> Bool {
        let now = time.now()
        // What a service started with may have been written a second time behind its start.
        let counts = settings.adoption.isWanted
        return reproof.withLock { reproof in
            if isChange || counts && !reproof.hasBegun { reproof.begin(at: now) }
            return reproof.isDue(at: now)
        }
    }
}

extension TokenEndpoint {
    /// The same with the words of the scope and the resources in order, so that one set is one set.
    var normalized: TokenEndpoint {
        var other = self
        other.scope = scope.map { Set($0.split(separator: " ")).sorted().joined(separator: " ") }
        other.resources = Set(resources).sorted()
        return other
    }
}
