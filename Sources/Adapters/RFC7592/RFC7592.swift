import ClientCredentials
import HTTPTransport
import RotationCore

/// A client that registered itself (RFC 7591) and administers itself (RFC 7592), at a server that
/// makes it a new secret with each update.
///
/// The RFC leaves it to the server whether an update makes a new secret, and whether it makes a new
/// registration access token as well; the plan says so, since trying it out would be a rotation.
struct RFC7592: SingleSecretServer {
    let api: RFC7592API
    let probe: TokenProbe
    /// Where the server's metadata is asked for; nil where the plan doesn't say.
    let issuer: String?
    /// How long a change takes to be everywhere, at worst.
    let propagation: Span

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .server, recognition: .value, canDisable: false,
        canWithdraw: false, propagation: .minutes(1))

    var capabilities: ServerCapabilities {
        var capabilities = Self.capabilities
        capabilities.propagation = propagation
        return capabilities
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        if let issuer {
            try await api.admin.metadata(of: issuer)
                .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "rfc7592")
        }
        let id = try await api.client().fields.clientID
        return TargetIdentity(rawValue: "rfc7592:\(api.admin.address)#\(id)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let client = try await api.client()
            _ = try client.secret()
            if let grants = client.fields.grantTypes, !grants.contains("client_credentials") {
                findings.append(
                    finding(
                        .problem, "no-client-credentials", "so no secret of it can be tried"))
            }
            if let end = client.fields.expiry, end != 0 {
                findings.append(
                    finding(
                        .warning, "secret-expires",
                        "the server's secrets end by themselves; rotate before they do"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(severity, code: "rfc7592-\(code)", message: "rfc7592: \(reason)")
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        try await api.client().secret()
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        try await api.rotate()
    }

    func scopes() async throws(AdapterError) -> Set<String>? {
        try await api.client().fields.scope.map {
            Set($0.split(separator: " ").map(String.init))
        }
    }

    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        try await probe.authenticate(with: secret, connection: connection) {
            () async throws(AdapterError) in try await secretInForce()
        }
    }
}
