import HTTPTransport

/// Sends token requests with patience: throttled, repeated with pauses, and none to an endpoint
/// that is known to be down.
struct TokenRequester: Sendable {
    /// A `Retry-After` of a day, by mistake or malice, must not keep a service out for so long.
    private static let longestWait = Duration.seconds(300)
    private static let longestInBackground = Duration.seconds(5)

    let http: any HTTPClient
    let gates: TokenGates
    let policy: TokenPolicy
    let time: TokenTime
    let metrics: TokenMetrics

    /// One token; throws as soon as no further attempt could end before `deadline`.
    func request(
        _ endpoint: TokenEndpoint, as proof: ClientAuthentication, on occasion: FetchOccasion,
        until deadline: ContinuousClock.Instant
    ) async throws(TokenFailure) -> AccessToken {
        var attempt = 0
        while true {
            if occasion != .needed { try await standBack(endpoint, before: deadline) }
            try await pass(endpoint, before: deadline)
            attempt += 1
            let answer = await send(endpoint, proof, before: deadline)
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

    /// Leaves those room whom somebody waits for; not for long, since somebody may come and wait.
    private func standBack(_ endpoint: TokenEndpoint, before deadline: ContinuousClock.Instant)
        async throws(TokenFailure)
    {
        let now = time.now()
        let patience = min(Self.longestInBackground, now.duration(to: deadline))
        let wait = gates.change(endpoint, policy, at: now) {
            $0.wait(inBackground: now, within: patience)
        }
        guard let wait else { throw .throttled(retryAfter: patience) }
        if wait > .zero { await time.sleep(wait) }
    }

    /// Waits until a request may be sent, or throws where that would be too late.
    private func pass(_ endpoint: TokenEndpoint, before deadline: ContinuousClock.Instant)
        async throws(TokenFailure)
    {
        while true {
            guard !Task.isCancelled else { throw .cancelled }
            let now = time.now()
            guard now < deadline else { throw .deadline }
            let admission = gates.change(endpoint, policy, at: now) {
                $0.admit(at: now, within: now.duration(to: deadline))
            }
            switch admission {
            case .refused(let failure): throw failure
            case .patience(let wait): await time.sleep(wait)
            case .granted(let wait, let isTrial):
                if isTrial { metrics.breaker(is: .halfOpen, at: endpoint.url) }
                guard wait > .zero else { return }
                await time.sleep(wait)
                // Meanwhile the endpoint may have been found to be down, or want more patience:
                // that costs the place, or all who wait would go at once behind it.
                if isTrial { return }
                switch obstacle(before: endpoint) {
                case .refused(let failure): throw failure
                case .patience: continue
                case .granted, nil: return
                }
            }
        }
    }

    private func obstacle(before endpoint: TokenEndpoint) -> TokenGate.Admission? {
        let now = time.now()
        return gates.change(endpoint, policy, at: now) { $0.obstacle(at: now) }
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
        let took = asked.duration(to: time.now())
        metrics.answered(answer, after: took, by: endpoint.url)
        let usual = min(policy.requestDeadline, policy.deadline)
        note(answer, from: endpoint, isCutShort: left < usual / 2 && took >= left)
        return answer
    }

    /// `isCutShort` where it had less than half of a request's time: that no answer came says
    /// nothing.
    private func note(
        _ answer: Result<AccessToken, TokenError>, from endpoint: TokenEndpoint, isCutShort: Bool
    ) {
        let now = time.now()
        let state = gates.change(endpoint, policy, at: now) { gate in
            switch answer {
            case .success, .failure(.refused): gate.breaker.succeeded()
            // The settings are wrong, and nothing was sent.
            case .failure(.unusable): gate.breaker.abandoned(at: now)
            case .failure(.unavailable(_, let wait)):
                if let wait { gate.hold(until: now + min(wait, Self.longestWait)) }
                gate.breaker.failed(at: now)
            // Whatever it means by that, it answers.
            case .failure(.malformed(400..<500, _)): gate.breaker.succeeded()
            case .failure(.noAnswer) where isCutShort: gate.breaker.abandoned(at: now)
            case .failure(.noAnswer), .failure(.malformed): gate.breaker.failed(at: now)
            }
            return gate.breaker.state
        }
        metrics.breaker(is: state, at: endpoint.url)
    }
}
