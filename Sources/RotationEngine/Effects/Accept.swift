import RotationCore

extension RotationDriver {
    /// Asks the token endpoint until it agrees.
    ///
    /// Phase `accept`.
    ///
    /// A server that accepts anything proves nothing, so a random secret must be refused first.
    func proveAccepted(_ role: SecretRole) async throws -> StepResult {
        let server = try await server()
        if rotation.body.agreed == 0 {
            if let obstacle = try await lookAtBoth(server) { return obstacle }
        }
        repeat {
            switch try await ask(server, about: role, connection: .fresh) {
            case .accepted:
                if let result = agree(waiting: .acceptanceWindow) { return result }
            case .refused(let code):
                rotation.body.agreed = 0
                return runOfPatience(server.capabilities)
                    ? .holds(.newSecretRefused, "the server still refuses the new secret: \(code)")
                    : .waits(.notYetAccepted, "the server says \(code)")
            }
        } while true
    }

    /// The negative control, and whether the old secret survived the creation.
    private func lookAtBoth(_ server: any AuthorizationServer) async throws -> StepResult? {
        guard try await ask(server, about: parts.random.secret()) != .accepted else {
            return .holds(.anySecretAccepted, "the token endpoint accepts a secret made up by us")
        }
        guard server.capabilities.shape == .twoSlots else { return nil }
        // A rotation without a policy behind it replaces at once: then the old one goes back.
        guard try await ask(server, about: .old) != .accepted else { return nil }
        // Where it can't go back, the way forward is the only one that ends the outage.
        guard server.capabilities.canWithdraw else { return nil }
        rotation.body.rollbackReason = "the server dropped the old secret when it made the new one"
        return .moved(.turnedBack, ["reason": Reason.oldSecretGone.rawValue])
    }

    /// Counts one more answer that agrees; nil where the next may be asked for at once.
    func agree(waiting reason: Reason) -> StepResult? {
        let rule = rotation.plan.probe
        let now = clock.now()
        let since = (rotation.body.agreed == 0 ? nil : rotation.body.agreedSince) ?? now
        rotation.body.agreedSince = since
        rotation.body.agreed += 1
        let count = rotation.body.agreed
        if count >= rule.successes, now.since(since) >= rule.window {
            return .moved(.done, ["answers": "\(count)", "over": "\(now.since(since))"])
        }
        if rule.window == .zero { return nil }
        let share = Int64(min(count, max(rule.successes - 1, 1)))
        let offset = rule.window.milliseconds * share / Int64(max(rule.successes - 1, 1))
        return .waits(
            reason, "\(count) of \(rule.successes) answers agree",
            until: since + Span(milliseconds: offset))
    }

    /// Whether the server has had as long as it may take since the phase began.
    func runOfPatience(_ capabilities: ServerCapabilities) -> Bool {
        clock.now().since(rotation.body.phaseSince) > patience(with: capabilities)
    }

    private func patience(with capabilities: ServerCapabilities) -> Span {
        rotation.plan.probe.patience ?? max(capabilities.propagation, Span.minutes(2))
    }

    /// Bears with an answer that contradicts an earlier one: a node that lags may have given it.
    ///
    /// Nothing moves meanwhile, and a person is asked once it has lasted too long for that.
    func bear(
        with server: any AuthorizationServer, waiting: Reason, thenHeld: Reason, _ words: String
    ) -> StepResult {
        let since = rotation.reason == waiting ? rotation.body.waitingSince : clock.now()
        return clock.now().since(since) > patience(with: server.capabilities)
            ? .holds(thenHeld, words) : .waits(waiting, words)
    }
}
