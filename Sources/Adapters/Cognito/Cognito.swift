import ClientCredentials
import HTTPTransport
import RotationCore

/// Amazon Cognito: a list of at most two secrets that the caller makes, of which only id and date
/// are shown, without a way to disable one.
struct Cognito: ProbedServer {
    let api: CognitoAPI
    let probe: TokenProbe
    let region: String

    static let capabilities = ServerCapabilities(
        shape: .list, limit: CognitoAPI.limit, origin: .client, recognition: .time,
        canDisable: false, propagation: .minutes(5))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        // Keys of another account know no such pool, and a pool of another region isn't here.
        _ = try await api.secrets()
        return TargetIdentity(rawValue: "cognito:\(region)/\(api.userPool)#\(api.clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.api.admin.login.findings
        do throws(AdapterError) {
            let listed = try await api.secrets()
            if listed.isEmpty {
                findings.append(
                    problem("no-secret", "the app client has no secret: it is a public one"))
            }
            if listed.count >= CognitoAPI.limit {
                let ids = listed.map { safeText($0.id) }.joined(separator: ", ")
                findings.append(
                    problem("limit-reached", "the app client has two secrets already: \(ids)"))
            }
            if let warning = await otherTokenEndpoint() { findings.append(warning) }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "cognito-\(code)", message: "cognito: \(reason)")
    }

    /// A pool may have two domains and names one of them; a plan may mean the other.
    ///
    /// Private endpoints may not have this document, so that nothing depends on it.
    private func otherTokenEndpoint() async -> Finding? {
        let pool = URLPart.segment(api.userPool)
        let url = "\(api.api.admin.address)/\(pool)/.well-known/openid-configuration"
        guard let response = try? await api.api.admin.open(url), response.status == 200,
            let named = (try? response.json(ServerMetadata.self))?.tokenEndpoint,
            named != probe.endpoint.url
        else { return nil }
        return Finding(
            .warning, code: "cognito-other-token-endpoint",
            message: "cognito: the user pool's token endpoint is \(safeText(named)), "
                + "and the plan's \(safeText(probe.endpoint.url))")
    }

    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        try await api.secrets().map { listed in
            Credential(id: CredentialID(rawValue: listed.id), createdAt: listed.createdAt)
        }
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        guard let secret else { throw Self.refusal("no-secret", "the caller makes the secret") }
        guard secret.withPlaintext(Self.isTakeable) else {
            throw Self.refusal(
                "secret-pattern", "a secret has 24 to 64 letters, digits, _ and +")
        }
        do throws(AdapterError) {
            return CreatedCredential(
                id: CredentialID(rawValue: try await api.add(secret).id), secret: nil)
        } catch {
            // Which of the two a third secret gets isn't said, so that the list decides.
            guard
                ["cognito-\(CognitoAPI.limitReached)", "cognito-\(CognitoAPI.invalid)"]
                    .contains(error.code),
                let listed = try? await api.secrets()
            else { throw error }
            let isFull = listed.count >= CognitoAPI.limit
            throw AdapterError(
                isFull ? .limitReached : .refused,
                code: isFull ? "cognito-\(CognitoAPI.limitReached)" : error.code,
                message: error.message)
        }
    }

    private static func isTakeable(_ value: String) -> Bool {
        (24...64).contains(value.utf8.count)
            && value.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+")
            }
    }

    private static func refusal(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(.refused, code: "cognito-\(code)", message: "cognito: \(reason)")
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        let id = credential.rawValue
        guard try await api.secrets().contains(where: { $0.id != id }) else {
            throw conflict("survivor-not-listed", "no other secret is listed", beside: id)
        }
        // The list shows no value: what must stay is proven where it counts.
        guard case .accepted = try await probe.authenticate(with: survivor, connection: .fresh)
        else {
            throw conflict("survivor-refused", "the secret that must stay is refused", beside: id)
        }
        do throws(AdapterError) { try await api.delete(id) } catch {
            // What an id gets that is gone isn't said; a list may lag, so it is asked after that.
            if error.kind == .missing { return }
            guard error.kind == .refused,
                !(try await api.secrets().contains { $0.id == id })
            else { throw error }
        }
    }

    private func conflict(_ code: String, _ reason: String, beside id: String) -> AdapterError {
        AdapterError(
            .conflict, code: "cognito-\(code)",
            message: "cognito: \(reason) beside \(safeText(id))")
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        do throws(AdapterError) { return Set(try await api.scopes()) } catch {
            throw error.about("the app client, by cognito-idp:DescribeUserPoolClient")
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection)
    }
}
