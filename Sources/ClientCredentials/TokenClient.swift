public import HTTPTransport

/// Tokens from memory while they are good, and one request at a time for each kind of token.
public actor TokenClient {
    private struct Key: Hashable {
        let endpoint: TokenEndpoint
        let client: String
    }

    private struct Held {
        let token: AccessToken
        let authentication: ClientAuthentication
        let staleAt: ContinuousClock.Instant
    }

    private struct Flight {
        let number: Int
        let authentication: ClientAuthentication
        let task: Task<Result<AccessToken, TokenError>, Never>
    }

    private let http: any HTTPClient
    private let buffer: @Sendable (Duration) -> Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private var held: [Key: Held] = [:]
    private var flights: [Key: Flight] = [:]
    private var lastFlight = 0

    /// The usual buffer: a tenth of the lifetime, a minute at most.
    public static func usualBuffer(_ lifetime: Duration) -> Duration {
        min(.seconds(60), lifetime / 10)
    }

    /// A client that gives a token up `buffer(lifetime)` before the server does; `now` is its
    /// clock.
    public init(
        http: any HTTPClient,
        buffer: @escaping @Sendable (Duration) -> Duration = TokenClient.usualBuffer,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.http = http
        self.buffer = buffer
        self.now = now
    }

    /// A token for the client at `endpoint`: the one in memory, or a new one.
    ///
    /// Callers that come while one is fetched with the same proof wait for that one. Who comes with
    /// another proof, a new secret of the same client, gets no token that an older one bought.
    public func token(
        from endpoint: TokenEndpoint, as authentication: ClientAuthentication
    ) async throws(TokenError) -> AccessToken {
        let key = Key(endpoint: endpoint, client: authentication.clientID)
        if let held = held[key], now() < held.staleAt,
            held.authentication.isSame(as: authentication)
        {
            return held.token
        }
        if let flight = flights[key], flight.authentication.isSame(as: authentication) {
            return try await flight.task.value.get()
        }

        let asked = now()
        lastFlight += 1
        let flight = Flight(
            number: lastFlight, authentication: authentication,
            task: Task { [http] in
                do throws(TokenError) {
                    return .success(
                        try await endpoint.requestToken(as: authentication, through: http))
                } catch { return .failure(error) }
            })
        flights[key] = flight
        let result = await flight.task.value
        land(flight, key, result, asked: asked)
        return try result.get()
    }

    /// Forgets every token; requests under way are answered, and their tokens aren't kept.
    public func invalidate() {
        held = [:]
        flights = [:]
    }

    /// Forgets the client's token from `endpoint`.
    public func invalidate(_ endpoint: TokenEndpoint, clientID: String) {
        let key = Key(endpoint: endpoint, client: clientID)
        held[key] = nil
        flights[key] = nil
    }

    private func land(
        _ flight: Flight, _ key: Key, _ result: Result<AccessToken, TokenError>,
        asked: ContinuousClock.Instant
    ) {
        // Another number, or none: the token was invalidated while it was fetched.
        guard flights[key]?.number == flight.number else { return }
        flights[key] = nil
        // Without a lifetime nobody knows when it ends, so it is used once.
        guard case .success(let token) = result, let lifetime = token.lifetime else { return }
        held[key] = Held(
            token: token, authentication: flight.authentication,
            staleAt: asked + lifetime - buffer(lifetime))
    }
}
