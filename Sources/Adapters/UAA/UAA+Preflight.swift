import RotationCore

extension UAA {
    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            findings += try await Self.rights(api.admin.login.scopes())
            findings += registration(try await api.client(), overlap)
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// `clients.secret` is not enough: with that alone UAA wants the client itself, and its old
    /// secret.
    private static func rights(_ scopes: Set<Substring>?) -> [Finding] {
        guard let scopes else { return [] }
        if scopes.contains("clients.admin") {
            guard scopes.contains("uaa.admin") else { return [] }
            return [
                Finding(
                    .warning, code: "uaa-too-much-right",
                    message: "uaa: the admin login has uaa.admin, and clients.admin is enough")
            ]
        }
        if scopes.contains("uaa.admin") || scopes.contains(where: Self.isZoneAdmin) { return [] }
        return [
            Finding(
                .problem, code: "uaa-missing-scope",
                message: "uaa: the admin login lacks the authority clients.admin")
        ]
    }

    private static func isZoneAdmin(_ scope: Substring) -> Bool {
        scope.hasPrefix("zones.") && scope.hasSuffix(".admin")
    }

    private func registration(_ client: UAAClient, _ overlap: Span) -> [Finding] {
        var findings: [Finding] = []
        let grants = client.authorizedGrantTypes ?? []
        if !grants.contains("client_credentials") {
            findings.append(
                Finding(
                    .problem, code: "uaa-no-client-credentials",
                    message: "uaa: the client may not ask with client_credentials, "
                        + "so no secret can be tried"))
        }
        let own = client.accessTokenValidity.flatMap { $0 > 0 ? Span.seconds($0) : nil }
        let lifetime = own ?? tokenLifetime
        if overlap < lifetime {
            // A token is bound to the secrets at its making; one that is older than both is dead.
            findings.append(
                Finding(
                    .problem, code: "uaa-overlap-too-short",
                    message: "uaa: tokens live for \(lifetime), and those from before the new "
                        + "secret die with the old one: say an overlap of at least \(lifetime)"))
        }
        return findings
    }
}
