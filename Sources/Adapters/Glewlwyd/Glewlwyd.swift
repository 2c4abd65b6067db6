import ClientCredentials
import HTTPTransport
import RotationCore

/// Glewlwyd: one secret for each client, which the caller chooses and which is shown again.
///
/// A client is replaced as a whole; there is no partial update and no version to compare.
struct Glewlwyd: SingleSecretServer {
    let api: GlewlwydAPI
    let probe: TokenProbe
    /// The OpenID plugin's address.
    let plugin: String
    let issuer: String
    /// What a probe asks for: Glewlwyd refuses a request without.
    let scope: String

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .client, recognition: .value, canDisable: false,
        propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: plugin)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "glewlwyd")
        return TargetIdentity(rawValue: "glewlwyd:\(issuer)#\(try await api.client().id)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            findings += clientFindings(try await api.client().fields)
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func clientFindings(_ client: GlewlwydClient.Fields) -> [Finding] {
        var found: [Finding] = []
        if client.secret?.isEmpty ?? true {
            found.append(
                problem(
                    "no-secret",
                    "the client has no client_secret; a password of it isn't shown "
                        + "and isn't rotated"))
        }
        if client.isEnabled != true || client.isConfidential != true {
            found.append(problem("no-client", "the client is disabled or not confidential"))
        }
        if client.grants?.contains("client_credentials") != true {
            found.append(
                problem("no-client-credentials", "so no secret of the client can be tried"))
        }
        if client.methods?.contains(probe.method.rawValue) != true {
            found.append(
                problem(
                    "other-method",
                    "the client may not authenticate by \(probe.method.rawValue)"))
        }
        let missing = scope.split(separator: " ").map(String.init).filter {
            client.scopes?.contains($0) != true
        }
        if !missing.isEmpty {
            let names = safeText(missing.joined(separator: ", "))
            found.append(problem("missing-scopes", "the client may not ask for \(names)"))
        }
        return found
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "glewlwyd-\(code)", message: "glewlwyd: \(reason)")
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try await api.client().fields.scopes.map(Set.init)
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        ClientSecret(try await api.client().secret().text)
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        guard let secret else { return nil }
        try await api.put(secret)
        try await confirm(secret)
        return nil
    }

    /// What Glewlwyd says to a dead secret it says to any request that it doesn't like.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection) {
            () async throws(AdapterError) in try await secretInForce()
        }
    }
}
