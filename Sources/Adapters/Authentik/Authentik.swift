import ClientCredentials
import HTTPTransport
import RotationCore

/// authentik: one secret for each OAuth2 provider, which the caller chooses and which is shown
/// again.
struct Authentik: SingleSecretServer {
    let api: AuthentikAPI
    let probe: TokenProbe
    /// Asks whether a secret is taken where no token is given for it.
    let proof: TokenProbe
    /// The instance's address.
    let url: String

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .client, recognition: .value, canDisable: false,
        propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    /// Each application has an issuer of its own, unless the provider is set to the instance's.
    func identity() async throws(AdapterError) -> TargetIdentity {
        let provider = try await api.provider()
        guard let slug = provider.applicationSlug else { throw Self.unassigned }
        let place = "\(url)/application/o/\(URLPart.segment(slug))"
        let metadata = try await api.admin.metadata(of: place)
        guard ["\(place)/", "\(url)/"].contains(metadata.issuer) else {
            throw AdapterError(
                .wrongTarget, code: "authentik-other-issuer",
                message: "authentik: the application's issuer is \(safeText(metadata.issuer))")
        }
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "authentik")
        return TargetIdentity(rawValue: "authentik:\(url)#\(provider.pk)")
    }

    private static let unassigned = AdapterError(
        .refused, code: "authentik-no-application",
        message: "authentik: the provider has no application, so no token is given")

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let provider = try await api.provider()
            if provider.applicationSlug == nil { throw Self.unassigned }
            if let type = provider.clientType, type != "confidential" {
                findings.append(
                    Finding(
                        .problem, code: "authentik-not-confidential",
                        message: "authentik: the client is \(safeText(type)), so nobody asks for "
                            + "its secret"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        guard let secret = try await api.provider().secret, !secret.isEmpty else {
            throw AdapterError(
                .refused, code: "authentik-no-secret",
                message: "authentik: the provider has no secret, or doesn't show it")
        }
        return ClientSecret(secret)
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        if let secret { try await api.put(secret) }
        return nil
    }

    /// A wrong secret and a policy that denies are worded alike (`invalid_grant`); a second
    /// question tells them apart, since a right secret must not pass for a dead one.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        let result = try await probe.authenticate(with: secret, connection: connection)
        guard result == .refused(code: "invalid_grant") else { return result }
        guard try await proof.authenticate(with: secret, connection: connection) == .accepted
        else { return result }
        throw AdapterError(
            .refused, code: "authentik-access-denied",
            message: "authentik: the secret is taken, and no token is given: a policy of the "
                + "application denies it")
    }
}
