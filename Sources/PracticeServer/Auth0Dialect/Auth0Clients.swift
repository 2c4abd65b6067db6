import HTTPTypes
import Hummingbird

/// `/api/v2/clients/{id}`, by the rules of Auth0's Management API.
struct Auth0Clients: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(Auth0Vendor.mount)/api/v2/clients/:id")
        client.get { try await answer($0, $1, ["read:clients", "read:client_keys"], get) }
        client.patch { try await answer($0, $1, ["update:clients"], patch) }
        client.post("rotate-secret") { try await answer($0, $1, ["update:client_keys"], rotate) }
    }

    /// Who asks, and for what.
    private struct Call {
        let request: Request
        let client: PracticeClient
        let scopes: Set<Substring>
    }

    private func answer(
        _ request: Request, _ context: PracticeContext, _ anyOf: [String],
        _ handler: (Call) async throws -> Response
    ) async throws -> Response {
        do {
            let server = Auth0Vendor.server(base: practice.baseURL)
            let now = practice.withState { $0.now }
            guard let token = await issuer.bearer(of: request, from: server, at: now)
            else { throw Auth0Error.unauthorized }
            let scopes = Set(token.scope.split(separator: " "))
            guard anyOf.contains(where: { scopes.contains($0[...]) }) else {
                throw Auth0Error.insufficientScope(anyOf)
            }
            let id = context.parameters.get("id") ?? ""
            guard let client = practice.withState({ $0.client(id, in: .only(.auth0)) }) else {
                throw Auth0Error.noClient
            }
            return try await handler(Call(request: request, client: client, scopes: scopes))
        } catch let error as Auth0Error {
            return error.response
        } catch is RequestBodyError {
            return Auth0Error.notJSON.response
        }
    }
}

extension Auth0Clients {
    /// All that is shown, or what `fields` names; the secret only to who may read it.
    private func get(_ call: Call) throws -> Response {
        let query = call.request.uri.queryParameters
        let named = query.get("fields").map { Set($0.split(separator: ",").map(String.init)) }
        let seen = practice.withState {
            call.client.secrets(seenAt: $0.now, lag: $0.settings.listLagMs).last
        }
        let isReader = call.scopes.contains("read:client_keys")
        if named?.contains("client_secret") == true, !isReader {
            throw Auth0Error.unreadable("client_secret")
        }
        let shown = Self.wire(call.client, secret: isReader ? seen?.value : nil)
        return Reply.json(
            JSONValue.object(shown.filter { named?.contains($0.key) ?? true }))
    }

    private func patch(_ call: Call) async throws -> Response {
        let body = try await call.request.json([String: JSONValue].self)
        guard body.keys.allSatisfy({ $0 == "client_secret" }) else {
            throw Auth0Error.invalid(body.keys.sorted().joined(separator: ","))
        }
        guard call.scopes.contains("update:client_keys") else {
            throw Auth0Error.insufficientScope(["update:client_keys"])
        }
        guard let value = body["client_secret"]?.string, Self.isAllowed(value) else {
            throw Auth0Error.invalid("client_secret")
        }
        return try replace(call, with: value)
    }

    private func rotate(_ call: Call) throws -> Response {
        try replace(call, with: Auth0Vendor.value())
    }

    private func replace(_ call: Call, with value: String) throws -> Response {
        guard [.basic, .post].contains(call.client.authMethod) else { throw Auth0Error.hasKeys }
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        let changed = try practice.change(
            call.client, of: .auth0, orThrow: Auth0Error.noClient
        ) { client, settings, now in
            if isForeignDue {
                client.replace(with: Auth0Vendor.value(), at: now, under: settings)
            }
            client.replace(with: value, at: now, under: settings)
            return client
        }
        let isReader = call.scopes.contains("read:client_keys")
        return Reply.json(
            JSONValue.object(Self.wire(changed, secret: isReader ? value : nil)))
    }

    private static func isAllowed(_ value: String) -> Bool {
        value.wholeMatch(of: /[A-Za-z0-9_-]{16,128}/) != nil
    }

    private static func wire(_ client: PracticeClient, secret: String?) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "client_id": .string(client.clientID), "name": .string(client.clientID),
            "tenant": "practice", "app_type": "non_interactive", "global": false,
            "grant_types": ["client_credentials"],
        ]
        switch client.authMethod {
        case .basic, .post:
            members["token_endpoint_auth_method"] = .string(client.authMethod.rawValue)
            members["client_secret"] = secret.map(JSONValue.string)
        case .secretJWT, .privateKeyJWT:
            members["client_authentication_methods"] = [
                "private_key_jwt": ["credentials": [["id": "cred_practice"]]]
            ]
        }
        return members
    }
}
