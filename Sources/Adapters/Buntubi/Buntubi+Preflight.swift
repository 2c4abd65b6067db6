import RotationCore

extension Buntubi {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        let span = max(need, overlap)
        if span >= Self.grace {
            findings.append(
                problem(
                    "overlap-too-long",
                    "the old secret is kept for \(Self.grace) beside a new one, and the plan needs "
                        + "it for \(span) and as long as the consumers take"))
        }
        if !isExclusive {
            findings.append(
                finding(
                    .warning, "not-exclusive",
                    "a secret whose answer was lost can't be told from somebody else's: say "
                        + "exclusive if nobody else makes any"))
        }
        do throws(AdapterError) {
            let page = try await api.page()
            findings += appFindings(page) + secretFindings(page.app.secrets.filter(\.isActive))
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func appFindings(_ page: BuntubiAppPage) -> [Finding] {
        let app = page.app
        var findings: [Finding] = []
        if !page.mayEdit {
            findings.append(
                problem(
                    "no-right",
                    "a \(safeText(page.role)) of the organization may not change its apps without "
                        + "the portal's role developer"))
        }
        if app.clientType != "confidential" {
            findings.append(problem("not-confidential", "the app is \(safeText(app.clientType))"))
        }
        if app.isDisabled { findings.append(problem("disabled", "the app is disabled")) }
        if !app.grantTypes.contains("client_credentials") {
            findings.append(
                problem(
                    "grant-missing",
                    "the app lacks the grant client_credentials, so no secret can be tried"))
        }
        return findings
    }

    /// Making a secret ends all others, whoever uses them.
    private func secretFindings(_ active: [BuntubiSecret]) -> [Finding] {
        if active.isEmpty { return [problem("no-secret", "the app has no secret to rotate")] }
        let lasting = active.filter { $0.expiresAt == nil }.map { safeText($0.prefix) }
        if lasting.count > 1 {
            return [
                problem(
                    "several-secrets",
                    "\(lasting.joined(separator: ", ")) have no end, and a new secret gives each "
                        + "of them one, in \(Self.grace): revoke those that nobody uses")
            ]
        }
        guard lasting.isEmpty else { return [] }
        let end = active.compactMap(\.expiresAt).max() ?? ""
        return [
            finding(
                .warning, "secret-ends",
                "no secret is accepted after \(safeText(end)): a new one was made and is gone, so "
                    + "rotate before that")
        ]
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        finding(.problem, code, reason)
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(severity, code: "buntubi-\(code)", message: "buntubi: \(reason)")
    }
}
