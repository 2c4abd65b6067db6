import ClientCredentials
import HTTPTransport
import RotationCore

/// Authlete: one secret for each client of a service, which the caller chooses and which is shown
/// again.
///
/// Authlete makes secrets too (`client/secret/refresh`, a GET that changes something); ours is put
/// in its place instead: a value that is sealed before the call can't be lost with the answer.
struct Authlete: SingleSecretServer {
    let api: AuthleteAPI
    let probe: TokenProbe

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .client, recognition: .value, canDisable: false,
        propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    /// Where the tokens come from is somebody's own server, which the service knows.
    func identity() async throws(AdapterError) -> TargetIdentity {
        let service = try await api.serviceDescription()
        if let known = service.tokenEndpoint, known != probe.endpoint.url {
            throw AdapterError(
                .wrongTarget, code: "authlete-other-token-endpoint",
                message: "authlete: the service's token endpoint is \(safeText(known)), and the "
                    + "plan's \(safeText(probe.endpoint.url))")
        }
        let place = "\(api.admin.address)/\(api.service)"
        return TargetIdentity(rawValue: "authlete:\(place)#\(try await api.client().clientId)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            findings += clientFindings(try await api.client())
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func clientFindings(_ client: AuthleteClient) -> [Finding] {
        if client.clientType == "PUBLIC" {
            return [problem("not-confidential", "the client is public and has no secret to show")]
        }
        guard let method = client.tokenAuthMethod?.lowercased(), method != probe.method.rawValue
        else { return [] }
        return [
            problem(
                "other-method",
                "the client authenticates by \(safeText(method)), and the plan says "
                    + probe.method.rawValue)
        ]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "authlete-\(code)", message: "authlete: \(reason)")
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        guard let secret = try await api.client().clientSecret, !secret.isEmpty else {
            throw AdapterError(
                .refused, code: "authlete-no-secret",
                message: "authlete: the client has no secret, or it isn't shown")
        }
        return ClientSecret(secret)
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        if let secret { try await api.put(secret) }
        return nil
    }
}
