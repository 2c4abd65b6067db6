import ClientCredentials
import HTTPTransport
import RotationCore

/// GitLab: one secret for each instance-wide application, which the server makes and keeps as a
/// hash.
///
/// What is in force is told by trying the known secrets. Nothing puts an earlier one back.
struct GitLab: SingleSecretServer {
    let api: GitLabAPI
    let probe: TokenProbe
    let issuer: String

    static let capabilities = ServerCapabilities(
        shape: .single, limit: 1, origin: .server, recognition: .trial, canDisable: false,
        canWithdraw: false, propagation: .minutes(1))

    var capabilities: ServerCapabilities { Self.capabilities }

    func identity() async throws(AdapterError) -> TargetIdentity {
        try await api.admin.metadata(of: issuer)
            .assert(issuer: issuer, tokenEndpoint: probe.endpoint.url, for: "gitlab")
        return TargetIdentity(rawValue: "gitlab:\(issuer)#\(try await api.application().id)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            if try await api.application().confidential == false {
                findings.append(
                    Finding(
                        .problem, code: "gitlab-not-confidential",
                        message: "gitlab: the application is not confidential, so a token is "
                            + "given without its secret"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    func secretInForce() async throws(AdapterError) -> ClientSecret? {
        _ = try await api.application()
        return nil
    }

    func replace(with secret: ClientSecret?) async throws(AdapterError) -> ClientSecret? {
        try await api.renew()
    }
}
