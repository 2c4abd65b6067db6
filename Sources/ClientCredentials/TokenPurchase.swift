import Logging

/// Gets one token with whichever credential the server takes.
struct TokenPurchase: Sendable {
    let keeper: CredentialKeeper
    let requester: TokenRequester
    let reporter: AdoptionReporter
    let store: SealedTokenStore?
    let policy: TokenPolicy
    let time: TokenTime
    let metrics: TokenMetrics
    let logger: Logger
    let failures: FailureLog

    /// A refused credential is followed by what stands in its place by now, and that by the other
    /// one that is known: three requests of which two are refused, at most.
    private static let most = 3

    /// A token, from the disk or from the server; `isAsked` where a caller ever wanted one of the
    /// kind.
    func token(
        from endpoint: TokenEndpoint, on occasion: FetchOccasion, isAsked: Bool = true
    ) async -> Result<AccessToken, TokenFailure> {
        metrics.count(.fetches, at: endpoint.url, occasion: occasion)
        let deadline = time.now() + policy.deadline
        do throws(TokenFailure) {
            try await readFirst()
            if occasion == .needed, let stored = stored(endpoint) { return .success(stored) }
            let token = try await buy(
                from: endpoint, on: occasion, until: deadline, isAsked: isAsked)
            if policy.insistsOnScope, let shortfall = token.scopeShortfall {
                throw TokenFailure.scopeNotGranted(missing: shortfall.missing.sorted())
            }
            failures.succeeded(endpoint)
            return .success(token)
        } catch {
            // What only stood back comes again, and the token that is there lives on.
            if case .throttled = error, occasion != .needed { return .failure(error) }
            failures.failed(error, endpoint)
            return .failure(error)
        }
    }

    /// Forgets what is on the disk.
    func forget(_ endpoint: TokenEndpoint) {
        for proof in keeper.known { store?.forget(endpoint, as: proof) }
    }

    private func readFirst() async throws(TokenFailure) {
        guard keeper.isEmpty else { return }
        do throws(CredentialUnreadable) {
            _ = try await keeper.readAgain(within: policy.requestDeadline)
        } catch {
            throw .noCredential(error.description)
        }
    }

    private func stored(_ endpoint: TokenEndpoint) -> AccessToken? {
        guard let store, case .present(let proof) = keeper.choice(after: []),
            let token = store.token(from: endpoint, as: proof, buffer: policy.buffer)
        else { return nil }
        // Who stored it may not have insisted.
        return policy.insistsOnScope && token.scopeShortfall != nil ? nil : token
    }

    private func buy(
        from endpoint: TokenEndpoint, on occasion: FetchOccasion,
        until deadline: ContinuousClock.Instant, isAsked: Bool
    ) async throws(TokenFailure) -> AccessToken {
        var tried: [ProofDigest] = []
        var refusal: TokenFailure?
        while tried.count < Self.most {
            let proof = try await choice(after: tried, refusal)
            keeper.sent(proof)
            defer { keeper.came(back: proof) }
            do throws(TokenFailure) {
                let token = try await requester.request(
                    endpoint, as: proof, on: occasion, until: deadline)
                note(proof, token, endpoint, isFallback: !tried.isEmpty)
                return token
            } catch {
                guard case .request(let answer, _) = error,
                    isRefusal(answer, of: proof, isAsked: isAsked)
                else { throw error }
                keeper.refused(proof, answer)
                tried.append(proof.digest)
                refusal = error
                // A rotation may have been faster than the watch.
                if tried.count == 1 {
                    let left = time.now().duration(to: deadline)
                    // Another one that is known must still have its time.
                    _ = try? await keeper.read(within: min(policy.requestDeadline, left / 2))
                }
            }
        }
        throw refusal ?? .noCredential("the source holds none")
    }

    /// Some servers say nothing but 400 or 403, to a wrong secret and to much else: to a kind of
    /// token, say, that nobody ever asked for.
    private func isRefusal(
        _ answer: TokenError, of proof: ClientAuthentication, isAsked: Bool
    ) -> Bool {
        answer.isRefusalOfCredential
            || isAsked && answer.mayBeRefusalOfCredential && !keeper.wasTaken(proof)
    }

    /// The next credential to present; throws where none is left.
    private func choice(after tried: [ProofDigest], _ refusal: TokenFailure?)
        async throws(TokenFailure) -> ClientAuthentication
    {
        if case .wait = keeper.choice(after: tried) {
            _ = try? await keeper.readAgain(within: policy.requestDeadline)
        }
        switch keeper.choice(after: tried) {
        case .present(let proof): return proof
        case .wait(let wait, let error): throw .refusedBefore(error, retryAfter: wait)
        case .nothing: throw refusal ?? .noCredential("the source holds none")
        }
    }

    private func note(
        _ proof: ClientAuthentication, _ token: AccessToken, _ endpoint: TokenEndpoint,
        isFallback: Bool
    ) {
        keeper.took(proof)
        store?.store(token, from: endpoint, as: proof)
        if isFallback {
            metrics.count(.fallbacks, at: endpoint.url)
            logger.notice("a credential was refused, and another one taken")
        }
        do { try reporter.report(proof, beside: keeper.candidate) } catch {
            logger.warning("the adoption can't be reported", metadata: ["reason": "\(error)"])
        }
    }
}
