import ClientCredentials
import HTTPTransport
import RotationCore

/// Auth0: one secret for each client, which the caller chooses and which is shown again.
///
/// Auth0 makes secrets too (`rotate-secret`); ours is put in its place instead, since a value that
/// is sealed before the call can't be lost with the answer.
struct Auth0: SingleSecretServer {
    let api: Auth0API
    let probe: TokenProbe
    /// The domain that the consumers' tokens come from.
    let issuer: String

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .client, recognition: .value, canDisable: false,
        propagation: .minutes(1), events: .each, eventLag: Auth0API.logLag)

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let metadata = try await api.admin.metadata(of: issuer)
        // Auth0 writes its issuer with a slash at the end.
        guard metadata.issuer == "\(issuer)/" else {
            throw AdapterError(
                .wrongTarget, code: "auth0-other-issuer",
                message: "auth0: the tenant calls itself \(safeText(metadata.issuer))")
        }
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "auth0")
        return TargetIdentity(rawValue: "auth0:\(issuer)#\(try await api.client().clientID)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            findings += try await rightsFindings()
            findings += clientFindings(try await api.client())
            findings += await logFindings("auth0", at: api.now(), needs: "read:logs")
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func rightsFindings() async throws(AdapterError) -> [Finding] {
        guard let given = try await api.admin.login.scopes() else { return [] }
        let missing = Auth0API.scopes.filter { !given.contains($0[...]) }
        guard !missing.isEmpty else { return [] }
        let names = missing.joined(separator: ", ")
        return [problem("missing-scopes", "the admin isn't given \(names)")]
    }

    private func clientFindings(_ client: Auth0Client) -> [Finding] {
        var found: [Finding] = []
        if client.otherMethods != nil || client.authMethod == "none" {
            found.append(problem("no-secret", "the client doesn't authenticate by a secret"))
        } else if let method = client.authMethod, method != probe.method.rawValue {
            found.append(
                problem(
                    "other-method",
                    "the client authenticates by \(safeText(method)), and the plan says "
                        + probe.method.rawValue))
        }
        if let grants = client.grantTypes, !grants.contains("client_credentials") {
            found.append(
                problem("no-client-credentials", "so no secret of the client can be tried"))
        }
        return found
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "auth0-\(code)", message: "auth0: \(reason)")
    }

    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        try await api.presentations(since: moment)
    }

    func scopes() async throws(AdapterError) -> Set<String>? { try await api.grantedScopes() }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        guard let secret = try await api.client().secret, !secret.isEmpty else {
            throw AdapterError(
                .refused, code: "auth0-no-secret", message: "auth0: the client has no secret")
        }
        return ClientSecret(secret)
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        if let secret { try await api.put(secret) }
        return nil
    }
}
