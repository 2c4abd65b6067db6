/// Decides whether a token request's client is who it says, and writes the log.
struct ClientAuthenticator: Sendable {
    let practice: Practice
    let issuer: TokenIssuer
    let server: TokenServer
    /// The scope that the request asks for.
    let askedScope: String?
    let caller: TokenCaller

    private var wording: TokenWording { server.wording }

    /// The client and its scope; every outcome is in the log.
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
        let isAllowed = server.realm.dialect.vendor.accepts(method, of: client)
        guard match.isAccepted, isAllowed else {
            let error = isAllowed ? wording.badSecret : wording.wrongMethod
            log(
                clientID, method, .refused(error.error, secretID: match.id, digest: digest),
                in: &state)
            throw error
        }
        return try conclude(client, method, match.id, digest, in: &state)
    }
}

extension ClientAuthenticator {
    private func check(
        assertion token: String, named: String?
    ) async throws(TokenError) -> AuthenticatedClient {
        if let named, let subject = federation(of: named) {
            return try await check(workload: token, trusting: subject, of: named)
        }
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
        return try practice.withState { state throws(TokenError) in
            let isFresh = state.assertions.use(
                claims.jti ?? "", of: clientID,
                until: Milliseconds((claims.exp ?? 0) * 1000), at: state.now)
            guard isFresh else {
                let error = wording.badAssertion(.replayed)
                log(clientID, client.authMethod, .refused(error.error), in: &state)
                throw error
            }
            return try conclude(
                client, client.authMethod, proof.secret?.id, proof.secret?.digest, in: &state)
        }
    }

    /// The workload that a client trusts; nil where it trusts none.
    private func federation(of clientID: String) -> String? {
        practice.withState { $0.client(clientID, in: server.realm)?.federatedSubject }
    }

    private func check(
        workload token: String, trusting subject: String, of clientID: String
    ) async throws(TokenError) -> AuthenticatedClient {
        let workloads = EntraWorkload(practice: practice, issuer: issuer)
        let now = practice.withState { $0.now }
        if let refusal = await workloads.refusal(of: token, trusting: subject, at: now) {
            throw refuse(clientID, refusal)
        }
        return try practice.withState { state throws(TokenError) in
            guard let client = state.client(clientID, in: server.realm), client.isEnabled else {
                log(clientID, .privateKeyJWT, .refused(wording.unknownClient.error), in: &state)
                throw wording.unknownClient
            }
            return try conclude(client, .privateKeyJWT, nil, nil, in: &state)
        }
    }

    private func refuse(_ clientID: String, _ error: TokenError) -> TokenError {
        practice.withState { log(clientID, .privateKeyJWT, .refused(error.error), in: &$0) }
        return error
    }

    /// Settles the scope and writes the log, in the critical section that took the credential: so
    /// the log's order is the order in which credentials were judged.
    private func conclude(
        _ client: PracticeClient, _ method: AuthMethod, _ secretID: String?,
        _ digest: SecretDigest?, in state: inout PracticeState
    ) throws(TokenError) -> AuthenticatedClient {
        var outcome = Outcome(
            isAccepted: true, secretID: secretID, digest: digest,
            isRotated: secretID != nil && secretID == client.keycloak.rotatedID)
        do throws(TokenError) {
            let question = ScopeQuestion(
                server: server, client: client, method: method, settings: state.settings)
            let scope = try server.realm.dialect.vendor.grant(askedScope, question)
            log(client.clientID, method, outcome, in: &state)
            return AuthenticatedClient(
                clientID: client.clientID, scope: scope, secretID: secretID)
        } catch {
            outcome.error = error.error
            log(client.clientID, method, outcome, in: &state)
            throw error
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
                isSaved: state.realms[server.realm]?.savesEvents ?? false, caller: caller))
    }
}

/// A client that proved itself, and the scope that it gets.
struct AuthenticatedClient: Sendable {
    let clientID: String
    let scope: String
    /// The secret that proved it; nil where it was a key.
    let secretID: String?
}
