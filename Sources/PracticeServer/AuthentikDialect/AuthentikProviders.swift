import HTTPTypes
import Hummingbird

/// `/api/v3/providers/oauth2/`, by authentik's rules; each path ends with a slash.
struct AuthentikProviders: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let providers = router.group("\(AuthentikVendor.mount)/api/v3/providers/oauth2")
        providers.get { request, _ in try await answer(request) { list(request) } }
        providers.get(":id") { request, context in
            try await answer(request) { Reply.json(Self.wire(try client(context))) }
        }
        providers.patch(":id") { request, context in
            try await answer(request) { try await patch(request, try client(context)) }
        }
    }

    private func answer(_ request: Request, _ handler: () async throws -> Response)
        async throws -> Response
    {
        guard request.uri.path.hasSuffix("/") else { return AuthentikVendor.unknownPage }
        do {
            try authorize(request)
            return try await handler()
        } catch let error as AuthentikError {
            return error.response
        } catch is RequestBodyError {
            return AuthentikError.invalid("detail", "JSON parse error").response
        }
    }

    private func authorize(_ request: Request) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { throw AuthentikError.noToken }
        let shown = SecretDigest(of: String(words[1]))
        if shown == SecretDigest(of: practice.credentials.adminToken) { return }
        guard shown == SecretDigest(of: practice.credentials.leastToken) else {
            throw AuthentikError.badToken
        }
        throw AuthentikError.denied
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        let found = practice.withState { $0.client(internalID: id, in: .only(.authentik)) }
        guard let found else { throw AuthentikError.notFound }
        return found
    }

    /// Those with exactly this `client_id`, or the first twenty of all.
    private func list(_ request: Request) -> Response {
        let wanted = request.uri.queryParameters.get("client_id")
        let (clients, lag, now) = practice.withState { state in
            (
                (state.realms[.only(.authentik)]?.clients.values).map(Array.init) ?? [],
                state.settings.listLagMs, state.now
            )
        }
        let matching = clients.filter { wanted == nil || $0.clientID == wanted }
            .sorted { $0.clientID < $1.clientID }
        let shown = matching.prefix(20)
        let page: JSONValue = [
            "pagination": [
                "next": .integer(matching.count > shown.count ? 2 : 0), "previous": 0,
                "count": .integer(Int64(matching.count)), "current": 1,
                "total_pages": .integer(Int64(max((matching.count + 19) / 20, 1))),
                "start_index": .integer(shown.isEmpty ? 0 : 1),
                "end_index": .integer(Int64(shown.count)),
            ],
            "results": .array(
                shown.map { Self.wire($0, seen: $0.secrets(seenAt: now, lag: lag).last) }),
        ]
        return Reply.json(page)
    }

    private func patch(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let body = try await request.json([String: JSONValue].self)
        guard let value = body["client_secret"] else { return Reply.json(Self.wire(client)) }
        guard let text = value.string else {
            throw AuthentikError.invalid("client_secret", "Not a valid string.")
        }
        guard text.count <= 255 else {
            throw AuthentikError.invalid(
                "client_secret", "Ensure this field has no more than 255 characters.")
        }
        // Blank isn't refused there; here it is.
        guard !text.isEmpty else {
            throw AuthentikError.invalid("client_secret", "This field may not be blank.")
        }
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        let changed = try practice.change(
            client, of: .authentik, orThrow: AuthentikError.notFound
        ) { client, settings, now in
            if isForeignDue {
                client.replace(
                    with: RandomText.alphanumeric(128), at: now, under: settings)
            }
            client.replace(with: text, at: now, under: settings)
            return client
        }
        return Reply.json(Self.wire(changed))
    }

    private static func wire(_ client: PracticeClient) -> JSONValue {
        wire(client, seen: client.current)
    }

    private static func wire(_ client: PracticeClient, seen: PracticeSecret?) -> JSONValue {
        let isPublic = client.grants.contains("public")
        let isAssigned = !client.grants.contains("unassigned")
        return [
            "pk": .integer(Int64(client.internalID) ?? 0), "name": .string(client.clientID),
            "component": "ak-provider-oauth2-form",
            "assigned_application_slug": isAssigned ? .string(client.clientID) : .null,
            "client_type": isPublic ? "public" : "confidential",
            "client_id": .string(client.clientID), "client_secret": .string(seen?.value ?? ""),
            "issuer_mode": "per_provider",
        ]
    }
}
