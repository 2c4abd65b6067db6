import HTTPTypes
import Hummingbird

/// `/admin/realms/{realm}/clients`, by Keycloak's rules.
struct KeycloakAdmin: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let clients = router.group("/admin/realms/:realm/clients")
        clients.get { try await answer($0, $1, .viewClients, find) }
        let client = clients.group(":uuid")
        client.get { try await answer($0, $1, .viewClients, show) }
        client.put { try await answer($0, $1, .manageClients, put) }
        let secret = client.group("client-secret")
        secret.get { try await answer($0, $1, .manageClients, showSecret) }
        secret.post { try await answer($0, $1, .manageClients, regenerate) }
        secret.get("rotated") { try await answer($0, $1, .manageClients, showRotated) }
        secret.delete("rotated") { try await answer($0, $1, .manageClients, dropRotated) }
    }

    typealias Handler = (Request, PracticeContext, KeycloakCaller) async throws -> Response

    /// Asks who is there, and words every error Keycloak's way.
    func answer(
        _ request: Request, _ context: PracticeContext, _ right: KeycloakCaller.Right,
        _ handler: Handler
    ) async throws -> Response {
        do {
            let caller = try await KeycloakCaller(
                request, context, practice: practice, issuer: issuer)
            guard caller.may(right) else { throw KeycloakError.forbidden }
            var response = try await handler(request, context, caller)
            response.headers[.cacheControl] = "no-cache"
            return response
        } catch let error as KeycloakError {
            return error.response
        } catch is RequestBodyError {
            return KeycloakError.notJSON.response
        }
    }
}

/// Keycloak's CredentialRepresentation of a client secret.
private struct CredentialWire: Encodable {
    let type = "secret"
    let value: String
}

extension KeycloakAdmin {
    private func find(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) -> Response {
        let wanted = request.uri.queryParameters.get("clientId")
        let first = request.uri.queryParameters.get("first").flatMap { Int($0) } ?? 0
        let limit = request.uri.queryParameters.get("max").flatMap { Int($0) } ?? Int.max
        let found = practice.withState { state in
            let all = state.realms[caller.realm]?.clients.values.map { $0 } ?? []
            return all.filter { wanted == nil || $0.clientID == wanted }
                .sorted { $0.clientID < $1.clientID }
        }
        return Reply.json(
            found.dropFirst(max(0, first)).prefix(max(0, limit)).map { represent($0, to: caller) })
    }

    private func show(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        Reply.json(represent(try client(context, caller), to: caller))
    }

    private func put(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) async throws -> Response {
        let document = try await request.json(JSONValue.self)
        guard let members = document.object else { throw KeycloakError.notJSON }
        try change(context, caller) { client, rotation in
            KeycloakRepresentation.put(members, into: &client, by: rotation)
        }
        return Reply.empty()
    }

    private func showSecret(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        let client = try client(context, caller)
        let current = seen(client).first { $0.id == client.keycloak.currentID }
        return Reply.json(CredentialWire(value: current?.value ?? ""))
    }

    private func regenerate(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        let value = try change(context, caller) { client, rotation in
            if isForeignDue { rotation.regenerate(in: &client) }
            rotation.regenerate(in: &client)
            return client.keycloak.currentID.flatMap { client.secret($0)?.value } ?? ""
        }
        return Reply.json(CredentialWire(value: value))
    }

    private func showRotated(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        // Shown until it is removed, even when its time is over: nothing sweeps it.
        let client = try client(context, caller)
        guard let id = client.keycloak.rotatedID,
            let rotated = seen(client).first(where: { $0.id == id })
        else { throw KeycloakError.noRotatedSecret }
        return Reply.json(CredentialWire(value: rotated.value))
    }

    private func dropRotated(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        try change(context, caller) { client, rotation in rotation.dropRotated(of: &client) }
        return Reply.empty()
    }

    private func client(
        _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> PracticeClient {
        let uuid = context.parameters.get("uuid") ?? ""
        guard let client = practice.withState({ $0.client(internalID: uuid, in: caller.realm) })
        else { throw KeycloakError.clientNotFound }
        return client
    }

    private func seen(_ client: PracticeClient) -> [PracticeSecret] {
        practice.withState { client.secrets(seenAt: $0.now, lag: $0.settings.listLagMs) }
    }

    private func represent(_ client: PracticeClient, to caller: KeycloakCaller) -> JSONValue {
        KeycloakRepresentation.show(
            client, secrets: seen(client), showsSecret: caller.may(.manageClients))
    }

    @discardableResult
    private func change<Result: Sendable>(
        _ context: PracticeContext, _ caller: KeycloakCaller,
        _ body: @Sendable (inout PracticeClient, KeycloakRotation) -> Result
    ) throws -> Result {
        let uuid = context.parameters.get("uuid") ?? ""
        return try practice.withState { state in
            guard let client = state.client(internalID: uuid, in: caller.realm) else {
                throw KeycloakError.clientNotFound
            }
            let policy = state.realms[caller.realm]?.policies.rotation(for: client)
            let result = state.update(client.clientID, in: caller.realm) { client, settings, now in
                body(&client, KeycloakRotation(policy: policy, settings: settings, now: now))
            }
            guard let result else { throw KeycloakError.clientNotFound }
            return result
        }
    }
}
