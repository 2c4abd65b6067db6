import ClientCredentials
import HTTPTransport
import RotationCore

/// Zitadel: one secret for each machine user, which the server makes and keeps as a hash.
///
/// What is in force is told by trying the known secrets. Nothing puts an earlier one back.
struct Zitadel: SingleSecretServer {
    let api: ZitadelAPI
    let probe: TokenProbe
    let issuer: String

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .server, recognition: .trial, canDisable: false,
        canWithdraw: false, propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "zitadel")
        return TargetIdentity(rawValue: "zitadel:\(issuer)#\(try await api.user().userId)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let user = try await api.user()
            if let state = user.state, state != "USER_STATE_ACTIVE" {
                findings.append(problem("inactive", "the user's state is \(safeText(state))"))
            }
            if user.machine?.hasSecret != true {
                findings.append(problem("no-secret", "the machine user has no secret yet"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "zitadel-\(code)", message: "zitadel: \(reason)")
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        _ = try await api.user()
        return nil
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        try await api.addSecret()
    }
}
