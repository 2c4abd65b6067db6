import RotationCore

extension WSO2 {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        if let lifetime, let period,
            period.milliseconds + overlap.milliseconds
                >= lifetime.milliseconds
        {
            findings.append(
                finding(
                    .problem, "lifetime-too-short",
                    "a new secret is good for \(lifetime), and the next rotation begins after "
                        + "\(period): say a longer lifetime"))
        }
        if !isExclusive {
            findings.append(
                finding(
                    .warning, "not-exclusive",
                    "where the server hashes secrets, one whose answer was lost can't be told "
                        + "from somebody else's: say exclusive if nobody else makes any"))
        }
        do throws(AdapterError) {
            findings += try await rightsFindings()
            findings += slotFindings(try await api.secrets())
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// WSO2 gives as many of the scopes as it may, and says nothing of the rest.
    private func rightsFindings() async throws(AdapterError) -> [Finding] {
        guard let given = try await api.admin.login.scopes() else { return [] }
        let missing = WSO2API.scopes(isNamed: api.application != nil).filter {
            !given.contains($0[...])
        }
        guard !missing.isEmpty else { return [] }
        let names = missing.joined(separator: ", ")
        return [finding(.problem, "missing-scopes", "the admin isn't given \(names)")]
    }

    /// Those that are over count too.
    private func slotFindings(_ listed: [WSO2Secret]) -> [Finding] {
        guard listed.count >= limit else { return [] }
        let over = listed.filter { !$0.isActive(at: api.now()) }.map { safeText($0.secretId) }
        let hint = over.isEmpty ? "" : "; over and in the way: \(over.joined(separator: ", "))"
        return [
            finding(
                .problem, "limit-reached",
                "the application has \(listed.count) of \(limit) secrets already\(hint)")
        ]
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(severity, code: "wso2-\(code)", message: "wso2: \(reason)")
    }
}
