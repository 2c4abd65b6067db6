import HTTPTypes
import Hummingbird

/// `/developer/api/apps/{client_id}` and its secrets, by the rules of buntubi's developer API.
struct BuntubiDeveloper: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let app = router.group("\(BuntubiVendor.mount)/developer/api/apps/:client")
        app.get { try await answer($0, $1, show) }
        app.post("secrets") { try await answer($0, $1, create) }
        app.delete("secrets/:secret") { try await answer($0, $1, revoke) }
    }

    /// What the caller is in the app's organization: its owner, or a developer of the portal.
    private struct Caller {
        let role: String
        let portalRole: String?
    }

    private typealias Handler = (PracticeContext, PracticeClient, Caller) throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        do {
            let caller = try caller(request)
            let id = context.parameters.get("client") ?? ""
            guard let client = practice.withState({ $0.client(id, in: .only(.buntubi)) }) else {
                throw BuntubiError.notFound
            }
            return try handler(context, client, caller)
        } catch let error as BuntubiError {
            return error.response
        }
    }

    private func caller(_ request: Request) throws -> Caller {
        guard let shown = request.headers[.authorization] else { throw BuntubiError.noToken }
        let words = shown.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw BuntubiError.invalidToken
        }
        let digest = SecretDigest(of: String(words[1]))
        if digest == SecretDigest(of: practice.credentials.adminToken) {
            return Caller(role: "owner", portalRole: nil)
        }
        guard digest == SecretDigest(of: practice.credentials.leastToken) else {
            throw BuntubiError.invalidToken
        }
        return Caller(role: "member", portalRole: "developer")
    }
}

extension BuntubiDeveloper {
    private func show(_ context: PracticeContext, _ client: PracticeClient, _ caller: Caller)
        -> Response
    {
        let page: JSONValue = [
            "app": wire(client), "role": .string(caller.role),
            "portal_role": caller.portalRole.map(JSONValue.string) ?? .null,
        ]
        return Reply.json(page)
    }

    private func create(_ context: PracticeContext, _ client: PracticeClient, _ caller: Caller)
        throws -> Response
    {
        if practice.withState({ $0.takeForeignCreate() }) { _ = try rotate(client) }
        let made = try rotate(client)
        return Reply.json(
            ["client_secret": .string(made.value), "app": wire(made.client)] as JSONValue)
    }

    /// A new one; those that are good end after the grace, or sooner where that is set already.
    private func rotate(_ client: PracticeClient) throws
        -> (value: String, client: PracticeClient)
    {
        try change(client) { client, settings, now in
            let end = now + BuntubiVendor.grace
            for secret in client.secrets where Self.isActive(secret, at: now) {
                client.setExpiry(min(secret.expires ?? end, end), of: secret.id)
            }
            let value = BuntubiVendor.value()
            client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
            return (value, client)
        }
    }

    /// The last one too.
    private func revoke(_ context: PracticeContext, _ client: PracticeClient, _ caller: Caller)
        throws -> Response
    {
        let id = context.parameters.get("secret") ?? ""
        let changed = try change(client) { client, settings, now in
            guard (client.secrets + client.retired).contains(where: { $0.id == id }) else {
                throw BuntubiError.notFound
            }
            client.remove(id, at: now, under: settings)
            return client
        }
        return Reply.json(["app": wire(changed)] as JSONValue)
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .buntubi, orThrow: BuntubiError.notFound, body)
    }

    private static func isActive(_ secret: PracticeSecret, at now: Milliseconds) -> Bool {
        secret.expires.map { $0 > now } ?? true
    }
}

extension BuntubiDeveloper {
    private func wire(_ client: PracticeClient) -> JSONValue {
        let seen = practice.withState {
            client.secrets(seenAt: $0.now, lag: $0.settings.listLagMs)
        }
        let gone = client.retired.filter { old in !seen.contains { $0.id == old.id } }
        let secrets =
            gone.map { wire($0, of: client, isRevoked: true) }
            + seen.map { wire($0, of: client, isRevoked: false) }
        let members: [String: JSONValue] = [
            "client_id": .string(client.clientID), "name": .string(client.clientID),
            "organization_id": "3f0e8f7a-5d1c-4a57-9a0b-2f6f1a1c7d10",
            "client_type": "confidential", "environment": "sandbox", "first_party": false,
            "review_status": "none", "review_note": "", "redirect_uris": [],
            "post_logout_redirect_uris": [],
            "scopes": .array(client.scopes.sorted().map(JSONValue.string)),
            "grant_types": ["client_credentials"], "homepage_url": .null, "privacy_url": .null,
            "terms_url": .null, "brand": [:], "kind": "backend", "description": "",
            "category": "", "platforms": [], "products": [], "organization_usage": "none",
            "social_providers": .null, "signup_open": true, "required_fields": [],
            "required_fields_offered": [], "social_offered": [], "webhook_url": .null,
            "webhook_events": "linked", "disabled": .bool(!client.isEnabled),
            "secrets": .array(secrets), "created_at": .string(Self.text(client.created)),
        ]
        return .object(members)
    }

    private func wire(_ secret: PracticeSecret, of client: PracticeClient, isRevoked: Bool)
        -> JSONValue
    {
        let (now, used) = practice.withState { state in
            let owner = TokenLogEntry.Owner(realm: .only(.buntubi), clientID: client.clientID)
            return (state.now, state.log.lastUse(of: secret.id, by: owner))
        }
        let members: [String: JSONValue] = [
            "id": .string(secret.id), "prefix": .string(String(secret.value.prefix(10))),
            "created_at": .string(Self.text(secret.created)),
            "last_used_at": used.map { .string(Self.text($0)) } ?? .null,
            "expires_at": secret.expires.map { .string(Self.text($0)) } ?? .null,
            "active": .bool(!isRevoked && Self.isActive(secret, at: now)),
        ]
        return .object(members)
    }

    /// Python's `isoformat()`: microseconds, and an offset.
    private static func text(_ moment: Milliseconds) -> String {
        "\(moment.iso8601.dropLast())000+00:00"
    }
}
