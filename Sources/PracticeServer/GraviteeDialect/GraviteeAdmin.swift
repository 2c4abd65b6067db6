import HTTPTypes
import Hummingbird

/// `…/applications/{application}/secrets`, by the rules of Gravitee's management API.
struct GraviteeAdmin: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let domain = "organizations/DEFAULT/environments/DEFAULT/domains/:domain"
        let application = router.group("\(GraviteeVendor.mount)/management")
            .group(RouterPath(domain)).group("applications/:application")
        application.get { try await answer($0, $1, isNeeded: false, get) }
        application.get("secrets") { try await answer($0, $1, list) }
        application.post("secrets") { try await answer($0, $1, create) }
        application.delete("secrets/:secret") { try await answer($0, $1, delete) }
        application.post("secrets/:secret/_renew") { try await answer($0, $1, renew) }
    }

    private typealias Handler = (Request, PracticeContext, PracticeClient) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, isNeeded: Bool = true,
        _ handler: Handler
    ) async throws -> Response {
        do {
            try authorize(request, isNeeded)
            return try await handler(request, context, try client(context))
        } catch let error as GraviteeError {
            return error.response
        } catch is RequestBodyError {
            return GraviteeError.invalid.response
        }
    }

    /// One of the two tokens; the lesser one only where a rotation needs the call.
    func authorize(_ request: Request, _ isNeeded: Bool) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { throw GraviteeError.unauthorized }
        let shown = SecretDigest(of: String(words[1]))
        if shown == SecretDigest(of: practice.credentials.adminToken) { return }
        guard shown == SecretDigest(of: practice.credentials.leastToken) else {
            throw GraviteeError.unauthorized
        }
        guard isNeeded else { throw GraviteeError.denied }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let domain = context.parameters.get("domain") ?? ""
        guard domain == GraviteeVendor.domain else { throw GraviteeError.noDomain(domain) }
        let id = context.parameters.get("application") ?? ""
        let found = practice.withState { $0.client(internalID: id, in: .only(.gravitee)) }
        guard let found else { throw GraviteeError.noApplication(id) }
        return found
    }

    private func get(_ request: Request, _ context: PracticeContext, _ client: PracticeClient)
        -> Response
    {
        let application: JSONValue = [
            "id": .string(client.internalID), "name": .string(client.clientID),
            "type": "SERVICE", "enabled": .bool(client.isEnabled),
            "domain": .string(GraviteeVendor.domain),
            "settings": [
                "oauth": [
                    "clientId": .string(client.clientID), "grantTypes": ["client_credentials"],
                    "tokenEndpointAuthMethod": .string(client.authMethod.rawValue),
                    "scopeSettings": .array(client.scopes.sorted().map(Self.scope)),
                ]
            ],
        ]
        return Reply.json(application)
    }

    private static func scope(_ name: String) -> JSONValue {
        ["scope": .string(name), "defaultScope": false, "scopeApproval": 300]
    }

    private func list(_ request: Request, _ context: PracticeContext, _ client: PracticeClient)
        -> Response
    {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return Reply.json(client.secrets(seenAt: now, lag: lag).map { GraviteeSecret.wire($0) })
    }

    private func create(_ request: Request, _ context: PracticeContext, _ client: PracticeClient)
        async throws -> Response
    {
        let body = try await request.json(GraviteeSecret.Request.self)
        if practice.withState({ $0.takeForeignCreate() }) {
            _ = try add(.init(name: "somebody else's"), to: client)
        }
        return Reply.json(GraviteeSecret.wire(try add(body, to: client), showsValue: true))
    }

    private func add(_ body: GraviteeSecret.Request, to client: PracticeClient) throws
        -> PracticeSecret
    {
        try change(client) { client, settings, now in
            try GraviteeSecret.create(body, in: &client, at: now, under: settings)
        }
    }

    private func delete(_ request: Request, _ context: PracticeContext, _ client: PracticeClient)
        throws -> Response
    {
        let id = context.parameters.get("secret") ?? ""
        try change(client) { client, settings, now in
            try GraviteeSecret.delete(id, in: &client, at: now, under: settings)
        }
        return Reply.empty()
    }

    /// Another value in the place of this one, which is refused from then on.
    private func renew(_ request: Request, _ context: PracticeContext, _ client: PracticeClient)
        throws -> Response
    {
        let id = context.parameters.get("secret") ?? ""
        let made = try change(client) { client, settings, now in
            guard let old = client.secret(id) else { throw GraviteeError.noSecret(id) }
            client.remove(id, at: now, under: settings)
            return client.add(
                id: id, value: GraviteeSecret.value(), label: old.label, at: now, under: settings)
        }
        return Reply.json(GraviteeSecret.wire(made, showsValue: true))
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(
            client, of: .gravitee, orThrow: GraviteeError.noApplication(client.internalID), body)
    }
}
