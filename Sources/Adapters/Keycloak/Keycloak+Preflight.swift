import RotationCore

extension Keycloak {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let client = try await api.client()
            findings += clientFindings(client)
            findings += try await slotFindings(client)
            findings += KeycloakVerdict.findings(
                try await api.profiles(), try await api.policies(), overlap: overlap)
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func clientFindings(_ client: KeycloakClient) -> [Finding] {
        var found: [Finding] = []
        if client.publicClient ?? false || client.bearerOnly ?? false {
            found.append(problem("not-confidential", "the client has no secret of its own"))
        }
        if client.enabled == false { found.append(problem("disabled", "the client is disabled")) }
        let type = client.clientAuthenticatorType ?? "client-secret"
        if type != "client-secret" {
            found.append(
                problem("other-authenticator", "the client authenticates by \(safeText(type))"))
        }
        return found
    }

    private func slotFindings(_ client: KeycloakClient) async throws(AdapterError) -> [Finding] {
        var found: [Finding] = []
        if let current = try await api.current(client) {
            let isReference = current.withPlaintext { $0.hasPrefix("${vault.") }
            if isReference {
                found.append(
                    problem("vault-reference", "the secret is a vault reference and can't rotate"))
            }
        } else {
            found.append(problem("no-secret", "the client has no secret to rotate"))
        }
        if let end = client.expiresAt, end <= now() {
            found.append(problem("expired", "the secret in force has expired"))
        }
        let isOccupied = try await api.rotated(client) != nil
        if isOccupied, client.rotatedExpiresAt.map({ $0 > now() }) ?? true {
            found.append(problem("slot-occupied", "an earlier rotated secret still lives"))
        }
        return found
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        KeycloakVerdict.finding(.problem, code, reason)
    }
}
