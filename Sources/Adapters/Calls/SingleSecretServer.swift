import RotationCore

/// A server that holds one secret for each client, where making another one replaces it.
///
/// An adapter says how the secret is read and replaced; what that means for a rotation is the same
/// for all of them and is said here.
protocol SingleSecretServer: ProbedServer {
    /// The value in force; nil where the server never shows it, which is where capabilities say
    /// that it is told by trial.
    ///
    /// A read. Throws `missing` where there is no such client: nothing accepted must not look like
    /// nothing there.
    func secretInForce() async throws(AdapterError) -> ClientSecret?

    /// Puts `secret` in force, or one that the server makes and gives back where that is nil.
    ///
    /// One attempt; the secret that was in force is refused from then on. A lost answer is
    /// `unknown`.
    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret?
}

extension SingleSecretServer {
    /// The id of the only secret there is.
    static var onlySecret: CredentialID { CredentialID(rawValue: "secret") }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        let shown = try await secretInForce()
        if let shown {
            let role = known.role(where: shown.matches)
            return [
                Credential(
                    id: Self.onlySecret, holds: role, isOther: role == nil && known.old != nil,
                    secret: shown)
            ]
        }
        var role: SecretRole?
        if let new = known.new, try await isAccepted(new) { role = .new }
        if role == nil, let old = known.old, try await isAccepted(old) { role = .old }
        return [Credential(id: Self.onlySecret, holds: role)]
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        let isChosen = capabilities.origin == .client
        guard isChosen == (secret != nil) else {
            let words = isChosen ? "there is no value to set" : "the server makes the secret"
            throw refusal("own-secret", words)
        }
        let made = try await replace(with: secret)
        guard isChosen || made != nil else {
            throw CallOutcome(adapter: probe.adapter).unreadable(
                .creation, "the answer has no secret")
        }
        return CreatedCredential(id: Self.onlySecret, secret: isChosen ? nil : made)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard credential == Self.onlySecret else {
            throw refusal(
                "no-such-secret", "there is no secret \(safeText(credential.rawValue))")
        }
        let shown = try await secretInForce()
        let isInForce =
            if let shown { shown.matches(survivor) } else { try await isAccepted(survivor) }
        if isInForce { return }
        guard capabilities.origin == .client else {
            throw refusal(
                "cannot-withdraw",
                "this server makes every secret itself and keeps no earlier one, so the old one "
                    + "can't be put back: go forward with the new one")
        }
        _ = try await replace(with: survivor)
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }

    private func isAccepted(_ secret: ClientSecret) async throws(AdapterError) -> Bool {
        try await authenticate(with: secret, connection: .fresh) == .accepted
    }

    private func refusal(_ code: String, _ words: String) -> AdapterError {
        AdapterError(
            .refused, code: "\(probe.adapter)-\(code)", message: "\(probe.adapter): \(words)")
    }
}
