/// Decides whether a token request's client is who it says, and writes the log.
struct ClientAuthenticator: Sendable {
    let practice: Practice
    let server: TokenServer

    private var wording: TokenWording { server.wording }

    /// The client; every outcome is in the log.
    func authenticate(_ shown: PresentedCredential) async throws(TokenError) -> AuthenticatedClient
    {
        switch shown {
        case .secret(let clientID, let value, let method):
            let digest = SecretDigest(of: value)
            return try practice.withState { state throws(TokenError) in
                try check(digest, of: clientID, method: method, in: &state)
            }
        case .assertion(let named, let token):
            return try await check(assertion: token, named: named)
        case .nothing(let clientID):
            throw practice.withState { state in
                let error =
                    clientID.map { id in
                        state.client(id, in: server.realm) == nil
                            ? wording.unknownClient : wording.noSecret
                    } ?? wording.noClient
                log(clientID ?? "", nil, .refused(error.error), in: &state)
                return error
            }
        }
    }

    private func check(
        _ digest: SecretDigest, of clientID: String, method: AuthMethod,
        in state: inout PracticeState
    ) throws(TokenError) -> AuthenticatedClient {
        guard let client = state.client(clientID, in: server.realm), client.isEnabled else {
            let error = wording.unknownClient
            log(clientID, method, .refused(error.error, digest: digest), in: &state)
            throw error
        }
        let match = client.match(digest, at: state.now)
        let isAllowed = allows(method, for: client)
        guard match.isAccepted, isAllowed else {
            let error = isAllowed ? wording.badSecret : wording.wrongMethod
            log(
                clientID, method, .refused(error.error, secretID: match.id, digest: digest),
                in: &state)
            throw error
        }
        return AuthenticatedClient(
            client: client, method: method, secretID: match.id, digest: digest)
    }

    /// Keycloak's `client-secret` takes both ways; Okta's app has one.
    private func allows(_ method: AuthMethod, for client: PracticeClient) -> Bool {
        switch server.realm.dialect {
        case .okta: client.authMethod == method
        case .keycloak: client.authMethod == .basic || client.authMethod == .post
        }
    }
}

extension ClientAuthenticator {
    private func check(
        assertion token: String, named: String?
    ) async throws(TokenError) -> AuthenticatedClient {
        let clientID = AssertionClaims.unverifiedSubject(of: token) ?? named ?? ""
        let found = practice.withState { ($0.client(clientID, in: server.realm), $0.now) }
        guard let client = found.0, client.isEnabled, named == nil || named == clientID else {
            throw refuse(clientID, wording.unknownClient)
        }
        guard client.authMethod == .privateKeyJWT || client.authMethod == .secretJWT else {
            throw refuse(clientID, wording.badAssertion(.noKey))
        }
        let proof = await AssertionProof(token, of: client, at: found.1)
        guard let proof else { throw refuse(clientID, wording.badAssertion(.badSignature)) }
        let claims = proof.claims
        let audiences = [server.endpoint, server.issuer]
        if let refusal = claims.refusal(clientID: clientID, audiences: audiences, now: found.1) {
            throw refuse(clientID, wording.badAssertion(refusal))
        }
        let isFresh = practice.withState { state in
            state.assertions.use(
                claims.jti ?? "", of: clientID,
                until: Milliseconds((claims.exp ?? 0) * 1000), at: state.now)
        }
        guard isFresh else { throw refuse(clientID, wording.badAssertion(.replayed)) }
        return AuthenticatedClient(
            client: client, method: client.authMethod, secretID: proof.secret?.id,
            digest: proof.secret?.digest)
    }

    private func refuse(_ clientID: String, _ error: TokenError) -> TokenError {
        practice.withState { log(clientID, .privateKeyJWT, .refused(error.error), in: &$0) }
        return error
    }

    /// Writes that an authenticated client's request succeeded, or failed for another reason.
    func record(_ client: AuthenticatedClient, error: String?) {
        practice.withState { state in
            let isRotated =
                client.secretID != nil && client.secretID == client.client.keycloak.rotatedID
            log(
                client.client.clientID, client.method,
                Outcome(
                    isAccepted: true, error: error, secretID: client.secretID,
                    digest: client.digest, isRotated: isRotated),
                in: &state)
        }
    }

    private struct Outcome {
        var isAccepted = false
        var error: String?
        var secretID: String?
        var digest: SecretDigest?
        var isRotated = false

        static func refused(
            _ error: String, secretID: String? = nil, digest: SecretDigest? = nil
        ) -> Outcome {
            Outcome(error: error, secretID: secretID, digest: digest)
        }
    }

    private func log(
        _ clientID: String, _ method: AuthMethod?, _ outcome: Outcome,
        in state: inout PracticeState
    ) {
        state.log.append(
            TokenLogEntry(
                owner: .init(realm: server.realm, clientID: clientID), time: state.now,
                method: method, secretID: outcome.secretID, digest: outcome.digest,
                isAccepted: outcome.isAccepted, error: outcome.error,
                isRotated: outcome.isRotated,
                isSaved: state.realms[server.realm]?.savesEvents ?? false))
    }
}

/// A client that proved itself, and with what.
struct AuthenticatedClient: Sendable {
    let client: PracticeClient
    let method: AuthMethod
    let secretID: String?
    let digest: SecretDigest?
}
