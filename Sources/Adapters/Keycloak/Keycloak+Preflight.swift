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
            findings += try await eventFindings(overlap)
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

    /// What keeps Keycloak from telling who still uses the old secret.
    private func eventFindings(_ overlap: Span) async throws(AdapterError) -> [Finding] {
        guard readsEvents else { return [] }
        let config: KeycloakEventsConfig
        do throws(AdapterError) {
            config = try await api.eventsConfig()
            // Who may read the settings is asked for the events as well.
            if config.eventsEnabled ?? false {
                _ = try await api.presentations(since: now(), at: now())
            }
        } catch {
            return [
                try error.warning(
                    "keycloak-no-events",
                    "who still uses the old secret isn't seen: grant view-events, or say "
                        + "login_events: false")
            ]
        }
        guard config.eventsEnabled ?? false else {
            return [
                warning(
                    "events-off",
                    "the realm saves no events, so who still uses the old secret isn't seen: "
                        + "enable them, or say login_events: false")
            ]
        }
        var found: [Finding] = []
        // An empty list is the usual types, and the login of a client is one of them.
        if let types = config.enabledEventTypes, !types.isEmpty, !types.contains("CLIENT_LOGIN") {
            found.append(
                warning(
                    "logins-not-saved",
                    "the realm's saved events lack CLIENT_LOGIN, so a client's own logins with "
                        + "the old secret aren't seen"))
        }
        if let types = config.enabledEventTypes, !types.isEmpty,
            !types.contains("CLIENT_LOGIN_ERROR")
        {
            found.append(
                warning(
                    "refusals-not-saved",
                    "the realm's saved events lack CLIENT_LOGIN_ERROR, so who is still refused "
                        + "with the old secret isn't seen"))
        }
        if let seconds = config.eventsExpiration, seconds > 0, .seconds(seconds) < overlap {
            found.append(
                warning(
                    "events-expire",
                    "the realm keeps events for \(Span.seconds(seconds)), and the plan's overlap "
                        + "is \(overlap)"))
        }
        return found
    }

    private func warning(_ code: String, _ reason: String) -> Finding {
        KeycloakVerdict.finding(.warning, code, reason)
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        KeycloakVerdict.finding(.problem, code, reason)
    }
}
