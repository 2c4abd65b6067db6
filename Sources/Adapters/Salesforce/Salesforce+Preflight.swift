import RotationCore

extension Salesforce {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        if overlap >= Self.stagedFor {
            findings.append(
                problem(
                    "overlap-too-long",
                    "a staged set is accepted for \(Self.stagedFor), and the plan's overlap is "
                        + "\(overlap)"))
        }
        do throws(AdapterError) {
            let consumer = try await api.consumer()
            let primary = try await api.primary(of: consumer)
            if primary.key == adminKey { findings.append(problem("own-app", Self.ownApp)) }
            if primary.value == nil {
                findings.append(
                    problem(
                        "secrets-hidden",
                        "the org shows no consumer secrets over its REST API: allow that in the "
                            + "settings of external client apps"))
            }
            if let staged = try await api.staged(of: consumer).first {
                let state = safeText(staged.state ?? "of unknown state")
                let end = safeText(staged.expirationDate ?? "an unknown time")
                findings.append(
                    problem("staged", "\(Self.occupied); it is \(state) and ends at \(end)"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(.problem, code: "salesforce-\(code)", message: "salesforce: \(reason)")
    }
}
