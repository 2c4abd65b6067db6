import ClientCredentials
import HTTPTransport
import RotationCore

/// LemonLDAP::NG: one secret for each relying party, which the caller chooses and which is shown
/// again.
///
/// The manager knows at once; each worker of the portal goes on with the old secret until it looks
/// for a new configuration. So the token endpoint lags, and the manager is asked what is stored.
struct LemonLDAP: SingleSecretServer {
    let api: LemonLDAPAPI
    let probe: TokenProbe
    /// The portal's address.
    let issuer: String
    /// How long the portal may go on with what it knows.
    let propagation: Span
    /// Over how long the plan has answers agree before it believes them.
    let window: Span

    // LemonLDAP's own standard for `checkTime` is ten minutes.
    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .client, recognition: .value, canDisable: false,
        propagation: .minutes(11))

    var capabilities: ServerCapabilities {
        var capabilities = Self.capabilities
        capabilities.propagation = propagation
        return capabilities
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let metadata = try await api.admin.metadata(of: issuer)
        // Without an issuer of its own it takes the portal's address, with a slash at the end.
        guard metadata.issuer == issuer || metadata.issuer == "\(issuer)/" else {
            throw AdapterError(
                .wrongTarget, code: "lemonldap-other-issuer",
                message: "lemonldap: the portal calls itself \(safeText(metadata.issuer))")
        }
        try metadata.assert(
            issuer: metadata.issuer, tokenEndpoint: probe.endpoint.url, for: "lemonldap")
        return TargetIdentity(rawValue: "lemonldap:\(issuer)#\(try await api.party().confKey)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        if window < propagation {
            findings.append(
                Finding(
                    .warning, code: "lemonldap-short-window",
                    message: "lemonldap: answers agree over \(window), and a worker of the portal "
                        + "may go on with the old secret for \(propagation): say probe: {window: "
                        + "\(propagation)}, or a shorter propagation if that is true"))
        }
        do throws(AdapterError) {
            let options = try await api.party().options
            if options.isPublic?.isSet == true {
                findings.append(
                    problem("public-client", "the relying party is public: any secret will do"))
            } else if options.clientSecret?.isEmpty ?? true {
                findings.append(problem("no-secret", "the relying party has no secret"))
            }
            if options.allowClientCredentialsGrant?.isSet != true {
                findings.append(
                    problem("no-client-credentials", "so no secret of it can be tried"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "lemonldap-\(code)", message: "lemonldap: \(reason)")
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        guard let secret = try await api.party().options.clientSecret, !secret.isEmpty else {
            throw AdapterError(
                .refused, code: "lemonldap-no-secret",
                message: "lemonldap: the relying party has no secret")
        }
        return ClientSecret(secret)
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        guard let secret else { return nil }
        try await api.put(secret)
        // It answers 204 even where it stored nothing, since its configuration was locked, or
        // somebody else stored one at the same time.
        try await confirm(secret)
        return nil
    }
}
