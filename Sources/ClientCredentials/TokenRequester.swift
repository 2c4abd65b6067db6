import HTTPTransport
import Synchronization

/// Sends token requests with patience: throttled, repeated with pauses, and none to an endpoint
/// that is known to be down.
///
/// Breaker and throttle are per token endpoint, whichever client asks.
final class TokenRequester: Sendable {
    private struct Gate {
        var breaker: CircuitBreaker
        var bucket: TokenBucket
        /// Nothing is sent before: the server said so (`Retry-After`).
        var notBefore: ContinuousClock.Instant?

        /// How long nothing is sent; nil where something may be.
        func obstacle(at now: ContinuousClock.Instant) -> Duration? {
            let told = notBefore.map { now.duration(to: $0) } ?? .zero
            return breaker.wait(at: now) ?? (told > .zero ? told : nil)
        }
    }

    /// A `Retry-After` of a day, by mistake or malice, must not keep a service out for so long.
    private static let longestWait = Duration.seconds(300)

    private let http: any HTTPClient
    private let policy: TokenPolicy
    private let time: TokenTime
    private let metrics: TokenMetrics
    private let gates = Mutex<[String: Gate]>([:])

    init(http: any HTTPClient, policy: TokenPolicy, time: TokenTime, metrics: TokenMetrics) {
        self.http = http
        self.policy = policy
        self.time = time
        self.metrics = metrics
    }

    /// One token; throws as soon as no further attempt could end before `deadline`.
    func request(
        _ endpoint: TokenEndpoint, as proof: ClientAuthentication,
        until deadline: ContinuousClock.Instant
    ) async throws(TokenFailure) -> AccessToken {
        var attempt = 0
        while true {
            try await pass(endpoint, before: deadline)
            attempt += 1
            let answer = await send(endpoint, proof, before: deadline)
            note(answer, from: endpoint)
            let error: TokenError
            switch answer {
            case .success(let token): return token
            case .failure(let failure): error = failure
            }
            guard error.isPassing, attempt < policy.retry.attempts, !Task.isCancelled else {
                throw .request(error, attempts: attempt)
            }
            let pause = pause(behind: attempt)
            guard time.now() + pause < deadline else { throw .request(error, attempts: attempt) }
            await time.sleep(pause)
        }
    }

    /// Full jitter: anything from nothing to the whole pause, so that callers spread.
    private func pause(behind attempt: Int) -> Duration {
        let doubled = policy.retry.first * (1 << min(attempt - 1, 20))
        return min(policy.retry.cap, doubled) * time.fraction()
    }

    /// Waits until a request may be sent, or throws where that would be too late.
    private func pass(_ endpoint: TokenEndpoint, before deadline: ContinuousClock.Instant)
        async throws(TokenFailure)
    {
        guard !Task.isCancelled else { throw .cancelled }
        let now = time.now()
        guard now < deadline else { throw .deadline }
        let wait: Result<(Duration, isTrial: Bool), TokenFailure> = gates.withLock { gates in
            var gate = gates[endpoint.url] ?? gate(at: now)
            defer { gates[endpoint.url] = gate }
            return admit(&gate, at: now, within: now.duration(to: deadline))
        }
        let (pause, isTrial) = try wait.get()
        guard pause > .zero else { return }
        await time.sleep(pause)
        // Meanwhile the endpoint may have been found to be down.
        let retryAfter = gates.withLock { gates in
            isTrial ? nil : gates[endpoint.url]?.obstacle(at: time.now())
        }
        if let retryAfter { throw .circuitOpen(retryAfter: retryAfter) }
    }

    private func admit(
        _ gate: inout Gate, at now: ContinuousClock.Instant, within patience: Duration
    ) -> Result<(Duration, isTrial: Bool), TokenFailure> {
        let told = gate.notBefore.map { max(.zero, now.duration(to: $0)) } ?? .zero
        guard told < patience else { return .failure(.circuitOpen(retryAfter: told)) }
        let fresh = gate.breaker
        if case .refused(let wait) = gate.breaker.admit(at: now) {
            return .failure(.circuitOpen(retryAfter: wait))
        }
        guard let turn = gate.bucket.take(at: now, within: patience) else {
            gate.breaker = fresh
            return .failure(.throttled(retryAfter: gate.bucket.wait))
        }
        return .success((max(told, turn), gate.breaker.state == .halfOpen))
    }

    private func gate(at now: ContinuousClock.Instant) -> Gate {
        Gate(
            breaker: CircuitBreaker(policy.breaker),
            bucket: TokenBucket(policy.throttle, at: now))
    }

    private func send(
        _ endpoint: TokenEndpoint, _ proof: ClientAuthentication,
        before deadline: ContinuousClock.Instant
    ) async -> Result<AccessToken, TokenError> {
        let asked = time.now()
        let left = min(policy.requestDeadline, asked.duration(to: deadline))
        let answer: Result<AccessToken, TokenError>
        do throws(TokenError) {
            answer = .success(
                try await endpoint.requestToken(
                    as: proof, through: http, deadline: left, at: time.date()))
        } catch { answer = .failure(error) }
        metrics.answered(answer, after: asked.duration(to: time.now()), by: endpoint.url)
        return answer
    }

    private func note(_ answer: Result<AccessToken, TokenError>, from endpoint: TokenEndpoint) {
        let now = time.now()
        let state = gates.withLock { gates -> CircuitBreaker.State in
            var gate = gates[endpoint.url] ?? gate(at: now)
            defer { gates[endpoint.url] = gate }
            switch answer {
            case .success, .failure(.refused):
                gate.notBefore = nil
                gate.breaker.succeeded()
            // The settings are wrong, and nothing was sent.
            case .failure(.unusable): gate.breaker.abandoned(at: now)
            case .failure(.unavailable(_, let wait)):
                let told = wait.map { now + min($0, Self.longestWait) }
                gate.notBefore = [gate.notBefore, told].compactMap(\.self).max()
                gate.breaker.failed(at: now)
            // Whatever it means by that, it answers.
            case .failure(.malformed(400..<500, _)): gate.breaker.succeeded()
            case .failure(.noAnswer), .failure(.malformed): gate.breaker.failed(at: now)
            }
            return gate.breaker.state
        }
        metrics.breaker(is: state, at: endpoint.url)
    }
}
