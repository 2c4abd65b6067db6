import RotationCore

extension PingFederate {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        if lifetime <= overlap {
            findings.append(
                finding(
                    .problem, "lifetime-too-short",
                    "a new secret is good for \(lifetime) until it takes the old one's place, and "
                        + "the plan's overlap is \(overlap)"))
        }
        do throws(AdapterError) {
            findings += clientFindings(try await api.client())
            findings += slotFindings(try await api.secrets())
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func clientFindings(_ client: PingFederateClient) -> [Finding] {
        var found: [Finding] = []
        if client.enabled == false {
            found.append(finding(.problem, "disabled", "the client is disabled"))
        }
        if let type = client.clientAuth?.type, type != "SECRET" {
            found.append(
                finding(
                    .problem, "other-authentication",
                    "the client authenticates by \(safeText(type))"))
        }
        if let grants = client.grantTypes, !grants.contains("CLIENT_CREDENTIALS") {
            found.append(
                finding(
                    .problem, "no-client-credentials",
                    "the client may not ask with client_credentials, so no secret can be tried"))
        }
        if client.replicationStatus == "NOT_REPLICATED" {
            found.append(
                finding(
                    .warning, "not-replicated",
                    "an earlier change of the client hasn't reached the engines yet"))
        }
        return found
    }

    private func slotFindings(_ shown: PingFederateSecrets) -> [Finding] {
        guard shown.secondarySecrets != nil else {
            return [
                finding(
                    .problem, "too-old", "this version keeps no secondary secrets: it can't rotate")
            ]
        }
        let live = shown.secondary(at: api.now())
        guard !live.isEmpty else { return [] }
        let ends = live.map { safeText($0.expiryTime ?? "never") }.joined(separator: ", ")
        return [finding(.problem, "slot-occupied", "\(Self.occupied); it ends: \(ends)")]
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(severity, code: "pingfederate-\(code)", message: "pingfederate: \(reason)")
    }
}
