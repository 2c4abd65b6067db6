public import HTTPTransport

/// Tokens from memory while they are good, for many clients of many servers, and without patience.
///
/// Each call comes to one request at most, for callers that have rules of their own for what
/// failed. A service that gets its own tokens wants a ``TokenProvider``.
public final class TokenClient: Sendable {
    private struct Key: Hashable {
        let endpoint: TokenEndpoint
        let client: String
        let proof: ProofDigest
    }

    private let http: any HTTPClient
    private let cache: TokenCache<Key, TokenError>

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
        let cancelled = TokenError.noAnswer(HTTPFailure(.notSent, "cancelled"))
        cache = TokenCache(
            time: TokenTime(now: now), impatience: .init(cancelled: cancelled, late: cancelled)
        ) { lifetime, asked in TokenLife(lifetime, from: asked, buffer: buffer(lifetime)) }
    }

    /// A token for the client at `endpoint`: the one in memory, or a new one.
    ///
    /// Callers that come while one is fetched with the same proof wait for that one. Who comes with
    /// another proof, a new secret of the same client, gets no token that an older one bought.
    public func token(
        from endpoint: TokenEndpoint, as authentication: ClientAuthentication
    ) async throws(TokenError) -> AccessToken {
        let key = Key(
            endpoint: endpoint, client: authentication.clientID, proof: authentication.digest)
        let answer = await cache.token(for: key) { [http] _ in
            do throws(TokenError) {
                return .success(try await endpoint.requestToken(as: authentication, through: http))
            } catch { return .failure(error) }
        }
        return try answer.get()
    }

    /// Forgets every token; requests under way are answered, and their tokens aren't kept.
    public func invalidate() { cache.forget() }

    /// Forgets the client's tokens from `endpoint`.
    public func invalidate(_ endpoint: TokenEndpoint, clientID: String) {
        cache.forget { $0.endpoint == endpoint && $0.client == clientID }
    }
}
