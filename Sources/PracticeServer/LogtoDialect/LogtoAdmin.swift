import Foundation
import HTTPTypes
import Hummingbird

/// `/api/applications/{id}/secrets`, by Logto's rules: the name is the key.
struct LogtoAdmin: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let application = router.group("\(LogtoVendor.mount)/api/applications/:id")
        application.get { try await answer($0, $1, get) }
        application.get("secrets") { try await answer($0, $1, list) }
        application.post("secrets") { try await answer($0, $1, create) }
        application.delete("secrets/:name") { try await answer($0, $1, delete) }
    }

    typealias Handler = (Request, PracticeContext) async throws -> Response

    func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        do {
            try await authorize(request)
            return try await handler(request, context)
        } catch let error as LogtoError {
            return error.response
        } catch is RequestBodyError {
            return LogtoError.invalid.response
        }
    }

    /// A token for the management API, of a client with the scope `all`.
    private func authorize(_ request: Request) async throws {
        let server = LogtoVendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else { throw LogtoError.unauthorized }
        guard caller.grants.contains("all"), token.scope.split(separator: " ").contains("all")
        else { throw LogtoError.forbidden }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        guard let client = practice.withState({ $0.client(id, in: .only(.logto)) }) else {
            throw LogtoError.notFound(id)
        }
        return client
    }

    private func get(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let application: JSONValue = [
            "tenantId": "default", "id": .string(client.clientID),
            "name": .string(client.clientID), "type": "MachineToMachine", "isThirdParty": false,
        ]
        return Reply.json(application)
    }

    private func list(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        let seen = client.secrets(seenAt: now, lag: lag)
        return Reply.json(seen.map { Self.wire($0, of: client) })
    }

    private func create(_ request: Request, _ context: PracticeContext) async throws -> Response {
        struct Body: Decodable {
            let name: String
            var expiresAt: Milliseconds?
        }
        let body = try await request.json(Body.self)
        guard (1...256).contains(body.name.count) else { throw LogtoError.invalid }
        if practice.withState({ $0.takeForeignCreate() }) {
            _ = try add("somebody else's", nil, to: try client(context))
        }
        let client = try client(context)
        let made = try add(body.name, body.expiresAt, to: client)
        return Reply.json(Self.wire(made, of: client), status: .created)
    }

    private func add(
        _ name: String, _ expires: Milliseconds?, to client: PracticeClient
    ) throws -> PracticeSecret {
        try change(client) { client, settings, now in
            guard client.secret(name) == nil else { throw LogtoError.nameTaken }
            return client.add(
                id: name, value: RandomText.alphanumeric(32), expires: expires, at: now,
                under: settings)
        }
    }

    private func delete(_ request: Request, _ context: PracticeContext) throws -> Response {
        let name = context.parameters.get("name")?.removingPercentEncoding ?? ""
        try change(try client(context)) { client, settings, now in
            guard client.secret(name) != nil else { throw LogtoError.notFound(name) }
            client.remove(name, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .logto, orThrow: LogtoError.notFound(client.clientID), body)
    }

    private static func wire(_ secret: PracticeSecret, of client: PracticeClient) -> JSONValue {
        .object([
            "tenantId": "default", "applicationId": .string(client.clientID),
            "name": .string(secret.id), "value": .string(secret.value),
            "createdAt": .integer(secret.created),
            "expiresAt": secret.expires.map(JSONValue.integer) ?? .null,
        ])
    }
}
