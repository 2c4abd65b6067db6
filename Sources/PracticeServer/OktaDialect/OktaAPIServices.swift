import HTTPTypes
import Hummingbird

/// `/integrations/api/v1/api-services/{id}/credentials/secrets`, by Okta's rules.
///
/// Okta makes the values, shows each once, and shows the last four characters from then on. Where
/// its description names no rule, the one for applications is kept.
struct OktaAPIServices: Sendable {
    /// How Okta words it isn't documented.
    static let limitReached = OktaError(
        status: .badRequest, code: "E0000001", summary: "Api validation failed: secret")

    private static let read = "okta.oauthIntegrations.read"
    private static let manage = "okta.oauthIntegrations.manage"
    private static let path = "\(OktaAPIServiceVendor.mount)/integrations/api/v1/api-services"

    let practice: Practice
    let access: OktaAccess

    init(practice: Practice, issuer: TokenIssuer) {
        self.practice = practice
        access = OktaAccess(
            practice: practice, issuer: issuer, mount: OktaAPIServiceVendor.mount)
    }

    func add(to router: Router<PracticeContext>) {
        router.get(RouterPath("\(Self.path)/:id")) { request, context in
            try await access.answer(request, Self.read) { try get(context) }
        }
        let secrets = router.group("\(Self.path)/:id/credentials/secrets")
        secrets.get { request, context in
            try await access.answer(request, Self.read) { try list(context) }
        }
        secrets.post { request, context in
            try await access.answer(request, Self.manage) { try create(context) }
        }
        secrets.delete(":secret") { request, context in
            try await access.answer(request, Self.manage) { try delete(context) }
        }
        secrets.post(":secret/lifecycle/activate") { request, context in
            try await access.answer(request, Self.manage) { try set(.active, context) }
        }
        secrets.post(":secret/lifecycle/deactivate") { request, context in
            try await access.answer(request, Self.manage) { try set(.inactive, context) }
        }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        let found = practice.withState { $0.client(internalID: id, in: .only(.oktaAPIService)) }
        guard let found else {
            throw OktaError.notFound("Resource not found: \(id) (OAuthApiService)")
        }
        return found
    }

    private func get(_ context: PracticeContext) throws -> Response {
        let client = try client(context)
        guard !practice.withState({ $0.settings.scopesAreForbidden }) else {
            throw OktaError.accessDenied
        }
        let integration: JSONValue = [
            "id": .string(client.internalID), "type": "practice_api_service",
            "name": .string(client.clientID), "createdAt": .string(client.created.iso8601),
            "grantedScopes": .array(client.scopes.sorted().map(JSONValue.string)),
        ]
        return Reply.json(integration)
    }

    private func list(_ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return Reply.json(client.secrets(seenAt: now, lag: lag).map { wire($0, of: client) })
    }

    private func create(_ context: PracticeContext) throws -> Response {
        let client = try client(context)
        if practice.withState({ $0.takeForeignCreate() }) { _ = try? make(in: client) }
        return Reply.json(wire(try make(in: client), of: client, isNew: true), status: .created)
    }

    private func make(in client: PracticeClient) throws -> PracticeSecret {
        try change(client) { client, settings, now in
            guard client.secrets.count < OktaSecretRules.limit else { throw Self.limitReached }
            return try OktaSecretRules.create(.init(), in: &client, at: now, under: settings)
        }
    }

    private func delete(_ context: PracticeContext) throws -> Response {
        let id = context.parameters.get("secret") ?? ""
        try change(try client(context)) { client, settings, now in
            try OktaSecretRules.delete(id, in: &client, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func set(_ status: PracticeSecret.Status, _ context: PracticeContext) throws
        -> Response
    {
        let id = context.parameters.get("secret") ?? ""
        let client = try client(context)
        let secret = try change(client) { client, settings, now in
            try OktaSecretRules.setStatus(status, of: id, in: &client, at: now, under: settings)
        }
        return Reply.json(wire(secret, of: client))
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        let missing = OktaError.notFound("Resource not found: \(client.internalID)")
        return try practice.change(client, of: .oktaAPIService, orThrow: missing, body)
    }

    private func wire(_ secret: PracticeSecret, of client: PracticeClient, isNew: Bool = false)
        -> OktaSecretWire
    {
        OktaSecretWire(
            secret, shown: isNew ? secret.value : "***\(secret.value.suffix(4))",
            below: "\(practice.baseURL)\(Self.path)/\(client.internalID)")
    }
}
