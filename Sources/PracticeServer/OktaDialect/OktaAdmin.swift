import HTTPTypes
import Hummingbird

/// `/api/v1/apps/{appId}` and its secrets, by Okta's rules.
struct OktaAdmin: Sendable {
    let practice: Practice
    let access: OktaAccess

    init(practice: Practice, issuer: TokenIssuer) {
        self.practice = practice
        access = OktaAccess(practice: practice, issuer: issuer, mount: "")
    }

    func add(to router: Router<PracticeContext>) {
        let app = router.group("/api/v1/apps/:appId")
        app.get { try await answer($0, $1, "okta.apps.read", getApp) }
        app.get("grants") { try await answer($0, $1, "okta.appGrants.read", grants) }
        let secrets = app.group("credentials/secrets")
        secrets.get { try await answer($0, $1, "okta.apps.read", list) }
        secrets.post { try await answer($0, $1, "okta.apps.manage", create) }
        secrets.get(":secretId") { try await answer($0, $1, "okta.apps.read", get) }
        secrets.delete(":secretId") { try await answer($0, $1, "okta.apps.manage", delete) }
        secrets.post(":secretId/lifecycle/activate") {
            try await answer($0, $1, "okta.apps.manage") { try setStatus(.active, $1) }
        }
        secrets.post(":secretId/lifecycle/deactivate") {
            try await answer($0, $1, "okta.apps.manage") { try setStatus(.inactive, $1) }
        }
    }

    private typealias Handler = (Request, PracticeContext) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ scope: String, _ handler: Handler
    ) async throws -> Response {
        try await access.answer(request, scope) { try await handler(request, context) }
    }
}

extension OktaAdmin {
    private func getApp(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        return Reply.json(OktaAppWire(client))
    }

    /// The `okta.*` scopes that the application was granted; those of other servers aren't in here.
    private func grants(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        guard !practice.withState({ $0.settings.scopesAreForbidden }) else {
            throw OktaError.accessDenied
        }
        let grants = client.grants.sorted().map { scope -> JSONValue in
            [
                "id": .string("oag\(SecretDigest(of: scope).oktaHash.prefix(17))"),
                "status": "ACTIVE", "issuer": .string(practice.baseURL),
                "clientId": .string(client.clientID), "scopeId": .string(scope), "source": "ADMIN",
                "created": .string(client.created.iso8601),
                "lastUpdated": .string(client.created.iso8601),
            ]
        }
        return Reply.json(JSONValue.array(grants))
    }

    private func list(_ request: Request, _ context: PracticeContext) throws -> Response {
        let (client, seen) = try lagging(context)
        return Reply.json(seen.map { wire($0, of: client, mayMask: true) })
    }

    private func get(_ request: Request, _ context: PracticeContext) throws -> Response {
        let (client, seen) = try lagging(context)
        let id = context.parameters.get("secretId") ?? ""
        guard let secret = seen.first(where: { $0.id == id }) else {
            throw OktaError.notFound("Resource not found: \(id) (OAuth2ClientSecretMediated)")
        }
        return Reply.json(wire(secret, of: client, mayMask: true))
    }

    private func create(_ request: Request, _ context: PracticeContext) async throws -> Response {
        let body = try await request.json(OktaSecretRules.Request.self)
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        if isForeignDue {
            _ = try? change(context) { client, settings, now in
                try OktaSecretRules.create(.init(), in: &client, at: now, under: settings)
            }
        }
        let (client, secret) = try change(context) { client, settings, now in
            return try OktaSecretRules.create(body, in: &client, at: now, under: settings)
        }
        return Reply.json(wire(secret, of: client), status: .created)
    }

    private func delete(_ request: Request, _ context: PracticeContext) throws -> Response {
        let id = context.parameters.get("secretId") ?? ""
        _ = try change(context) { client, settings, now in
            try OktaSecretRules.delete(id, in: &client, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func setStatus(
        _ status: PracticeSecret.Status, _ context: PracticeContext
    ) throws -> Response {
        let id = context.parameters.get("secretId") ?? ""
        let (client, secret) = try change(context) { client, settings, now in
            try OktaSecretRules.setStatus(status, of: id, in: &client, at: now, under: settings)
        }
        return Reply.json(wire(secret, of: client))
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let appID = context.parameters.get("appId") ?? ""
        guard let client = practice.withState({ $0.client(internalID: appID, in: .oktaOrg) })
        else { throw OktaError.notFound("Resource not found: \(appID) (AppInstance)") }
        return client
    }

    private func lagging(
        _ context: PracticeContext
    ) throws -> (PracticeClient, [PracticeSecret]) {
        let client = try client(context)
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return (client, client.secrets(seenAt: now, lag: lag))
    }

    private func change<Result: Sendable>(
        _ context: PracticeContext,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> (PracticeClient, Result) {
        let appID = context.parameters.get("appId") ?? ""
        return try practice.withState { state in
            guard let clientID = state.realms[.oktaOrg]?.clientID(internalID: appID),
                let result = try state.update(clientID, in: .oktaOrg, body),
                let client = state.client(clientID, in: .oktaOrg)
            else { throw OktaError.notFound("Resource not found: \(appID) (AppInstance)") }
            return (client, result)
        }
    }

    private func wire(
        _ secret: PracticeSecret, of client: PracticeClient, mayMask: Bool = false
    ) -> OktaSecretWire {
        let masked = mayMask && practice.withState { $0.settings.oktaMaskSecrets }
        let dots = secret.value.prefix(4) + "......" + secret.value.suffix(4)
        return OktaSecretWire(
            secret, shown: masked ? String(dots) : secret.value,
            below: "\(practice.baseURL)/api/v1/apps/\(client.internalID)")
    }
}
