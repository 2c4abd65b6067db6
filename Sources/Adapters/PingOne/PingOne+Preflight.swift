import RotationCore

extension PingOne {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        let span = max(need, overlap)
        if retain <= span {
            findings.append(
                problem(
                    "retain-too-short",
                    "the old secret is kept for \(retain), and the plan needs it for \(span) and "
                        + "as long as the consumers take"))
        }
        if adminID == probe.clientID {
            findings.append(
                problem("own-secret", "a worker application can't read its own secret"))
        }
        do throws(AdapterError) {
            findings += try applicationFindings(try await api.application())
            if try await api.secrets().isFull(at: api.now()) {
                findings.append(problem("slot-occupied", Self.occupied))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func applicationFindings(_ application: PingOneApplication)
        throws(AdapterError) -> [Finding]
    {
        let clientID = application.clientId ?? application.id
        guard clientID == probe.clientID else {
            throw AdapterError(
                .wrongTarget, code: "pingone-other-client",
                message: "pingone: the application's client id is \(safeText(clientID))")
        }
        var found: [Finding] = []
        if application.enabled == false {
            found.append(problem("disabled", "the application is disabled"))
        }
        if let name = application.protocol, name != "OPENID_CONNECT" {
            found.append(problem("not-oidc", "the application speaks \(safeText(name))"))
        }
        if let method = application.tokenEndpointAuthMethod,
            method.lowercased() != probe.method.rawValue
        {
            found.append(
                problem(
                    "other-method",
                    "the application authenticates by \(safeText(method)), and the plan says "
                        + probe.method.rawValue))
        }
        return found
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "pingone-\(code)", message: "pingone: \(reason)")
    }
}
