import HTTPTypes
import Hummingbird

/// `/api/v1/providers/oidc/rp`, as LemonLDAP::NG 2.16.1 answered.
struct LemonLDAPParties: Sendable {
    /// The options that an update may name, of the many that there are.
    private static let options: Set<String> = [
        "clientSecret", "clientId", "displayName", "public", "allowClientCredentialsGrant",
        "allowPasswordGrant", "allowOffline", "accessTokenExpiration", "bypassConsent",
        "refreshToken", "requirePKCE",
    ]

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let parties = router.group("\(LemonLDAPVendor.mount)/api/v1/providers/oidc/rp")
        // One that is called findByClientId can't be had by its name, there and here.
        parties.get(":name") { request, context in
            let name = context.parameters.get("name") ?? ""
            return name == "findByClientId" ? find(request) : get(request, name)
        }
        parties.patch(":name") { try await patch($0, $1.parameters.get("name") ?? "") }
        router.get("\(LemonLDAPVendor.mount)/api/v1/status") { _, _ in
            Reply.json(["status": "ok", "status_config": "ok", "status_sessions": "ok"])
        }
    }

    private func find(_ request: Request) -> Response {
        guard let id = request.uri.queryParameters.get("clientId") else {
            return failure(request, .badRequest, "Invalid input: clientId is missing")
        }
        guard let client = practice.withState({ $0.client(id, in: .only(.lemonldap)) }) else {
            return failure(
                request, .notFound, "OIDC relying party with clientId '\(id)' not found")
        }
        return show(client)
    }

    private func get(_ request: Request, _ name: String) -> Response {
        guard let client = party(name) else { return notFound(request, name) }
        return show(client)
    }

    private func party(_ name: String) -> PracticeClient? {
        practice.withState { $0.client(internalID: name, in: .only(.lemonldap)) }
    }

    private func show(_ client: PracticeClient) -> Response {
        let (now, lag) = practice.withState { ($0.now, $0.settings.listLagMs) }
        var options = client.document
        options["clientId"] = .string(client.clientID)
        options["clientSecret"] = .string(
            client.secrets(seenAt: now, lag: lag).last?.value ?? "")
        let wire: JSONValue = [
            "confKey": .string(client.internalID), "clientId": .string(client.clientID),
            "options": .object(options), "redirectUris": ["https://unused.invalid/cb"],
            "exportedVars": .object([:]), "extraClaims": .object([:]), "macros": .object([:]),
            "scopeRules": .object([:]),
        ]
        return Reply.json(wire)
    }

    private func patch(_ request: Request, _ name: String) async throws -> Response {
        struct Body: Decodable { var options: [String: JSONValue]? }
        guard let body = try? await request.json(Body.self) else {
            return failure(request, .badRequest, "Invalid input: malformed JSON string")
        }
        guard let client = party(name) else { return notFound(request, name) }
        let options = body.options ?? [:]
        if let unknown = options.keys.sorted().first(where: { !Self.options.contains($0) }) {
            let attribute =
                "oidcRPMetaDataOptions" + unknown.prefix(1).uppercased()
                + unknown.dropFirst()
            return failure(
                request, .badRequest, "Invalid input: Attribute \(attribute) does not exist.")
        }
        // What saving says is not looked at there: a locked configuration stays as it is, and the
        // answer is the same.
        let isLocked = practice.withState { $0.settings.lemonldapIsLocked }
        if !isLocked { store(options, client) }
        return Reply.empty(.noContent)
    }

    private func store(_ options: [String: JSONValue], _ client: PracticeClient) {
        practice.withState { state in
            let isForeignDue = options["clientSecret"] != nil && state.takeForeignCreate()
            _ = state.update(client.clientID, in: .only(.lemonldap)) { client, settings, now in
                client.document.merge(options.filter { $0.key != "clientSecret" }) { $1 }
                guard let value = options["clientSecret"]?.string else { return }
                if isForeignDue {
                    client.replace(
                        with: LemonLDAPVendor.value(), at: now, under: settings)
                }
                client.replace(with: value, at: now, under: settings)
            }
        }
    }
}

extension LemonLDAPParties {
    private func notFound(_ request: Request, _ name: String) -> Response {
        failure(request, .notFound, "OIDC relying party '\(name)' not found")
    }

    /// A page, for who doesn't say that JSON is wanted.
    private func failure(_ request: Request, _ status: HTTPResponse.Status, _ text: String)
        -> Response
    {
        guard request.headers[.accept]?.contains("application/json") == true else {
            return Reply.text(
                "<html><head><title>Error</title></head><body></body></html>", type: "text/html",
                status: status)
        }
        return Reply.json(["error": text], status: status)
    }
}
