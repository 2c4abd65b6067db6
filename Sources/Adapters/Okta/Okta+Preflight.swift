import RotationCore

extension Okta {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings + exclusiveFindings
        do throws(AdapterError) {
            if let scopes = try await api.admin.login.scopes() {
                for scope in [kind.manageScope, kind.readScope]
                where !scopes.contains(scope[...]) {
                    findings.append(problem("scope-missing", "the admin login lacks \(scope)"))
                }
            }
            if kind == .application { findings += try await appFindings() }
            findings += limitFindings(about: try await api.secrets())
            findings += await logFindings(
                kind.type, at: api.now(), needs: "\(OktaKind.logScope), and a role that sees it")
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func appFindings() async throws(AdapterError) -> [Finding] {
        let app = try await api.app()
        let client = app.credentials?.oauthClient
        var findings: [Finding] = []
        if app.status != "ACTIVE" {
            findings.append(problem("app-inactive", "the application is \(safeText(app.status))"))
        }
        if let id = client?.clientID, id != probe.clientID {
            findings.append(
                problem("other-client", "the application's client id is \(safeText(id))"))
        }
        if let method = client?.method, method != probe.method.rawValue {
            findings.append(
                problem(
                    "other-auth-method",
                    "the application's token_endpoint_auth_method is \(safeText(method)), "
                        + "and the plan's \(probe.method.rawValue)"))
        }
        return findings
    }

    private func limitFindings(about secrets: [OktaSecret]) -> [Finding] {
        guard secrets.count >= 2 else { return [] }
        let inactive = secrets.filter { !$0.isActive }.map { safeText($0.id) }
        let hint =
            inactive.isEmpty
            ? "both are active" : "\(inactive.joined(separator: ", ")) is inactive"
        return [problem("limit-reached", "the client has two secrets already; \(hint)")]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "\(kind.type)-\(code)", message: "\(kind.type): \(reason)")
    }

    /// Of a lost creation nothing tells but what is new in the list.
    private var exclusiveFindings: [Finding] {
        guard kind.capabilities.origin == .server, !isExclusive else { return [] }
        return [
            Finding(
                .warning, code: "\(kind.type)-not-exclusive",
                message: "\(kind.type): a secret whose answer was lost can't be told from "
                    + "somebody else's: say exclusive if nobody else makes any")
        ]
    }
}
