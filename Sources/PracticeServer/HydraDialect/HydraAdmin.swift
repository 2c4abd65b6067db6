import HTTPTypes
import Hummingbird

/// `/admin/clients/{id}`, by Hydra's rules: five secrets are retained, and nothing is ever listed.
struct HydraAdmin: Sendable {
    private static let retained = 5

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(HydraVendor.mount)/admin/clients/:id")
        client.get { try await answer($0, $1, get) }
        client.patch { try await answer($0, $1, patch) }
        client.post("secrets/rotate") { try await answer($0, $1, rotate) }
        client.delete("secrets/rotate") { try await answer($0, $1, dropRetained) }
    }

    private typealias Handler = (Request, PracticeContext) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        do { return try await handler(request, context) } catch let error as HydraError {
            return error.response
        } catch is RequestBodyError {
            return HydraError.invalid.response
        }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        guard let client = practice.withState({ $0.client(id, in: .only(.hydra)) }) else {
            throw HydraError.notFound
        }
        return client
    }

    private func get(_ request: Request, _ context: PracticeContext) throws -> Response {
        Self.reply(try client(context), secret: nil)
    }

    private func rotate(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        guard [.basic, .post].contains(client.authMethod) else {
            throw HydraError.unrotatable(client.authMethod)
        }
        if practice.withState({ $0.takeForeignCreate() }) { _ = try rotate(client) }
        return Self.reply(client, secret: try rotate(client))
    }

    private func rotate(_ client: PracticeClient) throws -> String {
        let value = RandomText.alphanumeric(26)
        try change(client) { client, settings, now in
            // The one in force is retained too, and the oldest makes room for it.
            if client.secrets.count > Self.retained {
                client.remove(client.secrets[0].id, at: now, under: settings)
            }
            client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
        }
        return value
    }

    private func dropRetained(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        try change(client) { client, settings, now in
            for secret in client.secrets.dropLast() {
                client.remove(secret.id, at: now, under: settings)
            }
        }
        return Self.reply(client, secret: nil)
    }

    /// One operation of JSON Patch (RFC 6902); no other member is practised.
    private func patch(_ request: Request, _ context: PracticeContext) async throws -> Response {
        struct Operation: Decodable {
            let op: String
            let path: String
            let value: String
        }
        let operations = try await request.json([Operation].self)
        let client = try client(context)
        guard operations.count == 1, operations[0].op == "replace",
            operations[0].path == "/client_secret", operations[0].value.count >= 6
        else { throw HydraError.invalid }
        let value = operations[0].value
        try change(client) { client, settings, now in
            client.replace(with: value, at: now, under: settings)
        }
        return Self.reply(client, secret: value)
    }

    private func change(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Void
    ) throws {
        try practice.change(client, of: .hydra, orThrow: HydraError.notFound, body)
    }

    private static func reply(_ client: PracticeClient, secret: String?) -> Response {
        var wire: [String: JSONValue] = [
            "client_id": .string(client.clientID), "client_name": .string(client.clientID),
            "grant_types": ["client_credentials"],
            "scope": .string(client.scopes.sorted().joined(separator: " ")),
            "token_endpoint_auth_method": .string(client.authMethod.rawValue),
        ]
        if let secret { wire["client_secret"] = .string(secret) }
        return Reply.json(JSONValue.object(wire))
    }
}
