import HTTPTypes
import Hummingbird

/// `/api/{service}/client/…`, by the rules of the Authlete API.
struct AuthleteClients: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let service = router.group("\(AuthleteVendor.mount)/api/:service")
        service.get("service/get") { request, context in
            try await answer(request, context) { describe() }
        }
        service.get("client/get/:id") { request, context in
            try await answer(request, context) { get(try client(context)) }
        }
        service.post("client/secret/update/:id") { request, context in
            try await answer(request, context) { try await update(request, try client(context)) }
        }
        // It changes something, though it is a GET.
        service.get("client/secret/refresh/:id") { request, context in
            try await answer(request, context) {
                try replace(try client(context), with: RandomText.alphanumeric(84) + "-_")
            }
        }
    }

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: () async throws -> Response
    ) async throws -> Response {
        do {
            try authorize(request, context)
            return try await handler()
        } catch let error as AuthleteError {
            return error.response
        } catch is RequestBodyError {
            return AuthleteError.invalid.response
        }
    }

    private func authorize(_ request: Request, _ context: PracticeContext) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { throw AuthleteError.unauthorized }
        let shown = SecretDigest(of: String(words[1]))
        let isAdmin = shown == SecretDigest(of: practice.credentials.adminToken)
        guard isAdmin || shown == SecretDigest(of: practice.credentials.leastToken) else {
            throw AuthleteError.unauthorized
        }
        guard isAdmin, context.parameters.get("service") == AuthleteVendor.service else {
            throw AuthleteError.denied
        }
    }

    /// By its number or its alias.
    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        let found = practice.withState { state in
            state.client(id, in: .only(.authlete))
                ?? state.client(internalID: id, in: .only(.authlete))
        }
        guard let found else { throw AuthleteError.noClient }
        return found
    }

    private func describe() -> Response {
        let server = AuthleteVendor.server(base: practice.baseURL)
        let service: JSONValue = [
            "number": .integer(1), "apiKey": .integer(Int64(AuthleteVendor.service) ?? 0),
            "serviceName": "practice", "issuer": .string(server.issuer),
            "tokenEndpoint": .string(server.endpoint),
        ]
        return Reply.json(service)
    }

    private func get(_ client: PracticeClient) -> Response {
        let seen = practice.withState {
            client.secrets(seenAt: $0.now, lag: $0.settings.listLagMs).last
        }
        let isPublic = client.grants.contains("public")
        var shown: [String: JSONValue] = [
            "number": .integer(1), "clientId": .integer(Int64(client.internalID) ?? 0),
            "clientIdAlias": .string(client.clientID), "clientIdAliasEnabled": true,
            "clientName": .string(client.clientID),
            "clientType": isPublic ? "PUBLIC" : "CONFIDENTIAL",
            "grantTypes": ["CLIENT_CREDENTIALS"],
            "tokenAuthMethod": .string(client.authMethod.rawValue.uppercased()),
        ]
        shown["clientSecret"] = isPublic ? nil : (seen?.value).map(JSONValue.string)
        return Reply.json(JSONValue.object(shown))
    }

    private func update(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let body = try await request.json([String: JSONValue].self)
        guard let value = body["clientSecret"]?.string, Self.isAllowed(value) else {
            throw AuthleteError.invalid
        }
        if practice.withState({ $0.takeForeignCreate() }) {
            _ = try replace(client, with: RandomText.alphanumeric(86))
        }
        return try replace(client, with: value)
    }

    private func replace(_ client: PracticeClient, with value: String) throws -> Response {
        let old = try practice.change(
            client, of: .authlete, orThrow: AuthleteError.noClient
        ) { client, settings, now in
            let old = client.current?.value ?? ""
            client.replace(with: value, at: now, under: settings)
            return old
        }
        return Reply.json([
            "resultCode": "A041001",
            "resultMessage": "[A041001] The client secret was updated.",
            "newClientSecret": value, "oldClientSecret": old,
        ])
    }

    /// Up to 86 letters, digits, `-` and `_`.
    private static func isAllowed(_ value: String) -> Bool {
        value.wholeMatch(of: /[A-Za-z0-9_-]{1,86}/) != nil
    }
}
