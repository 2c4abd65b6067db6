import HTTPTypes
import Hummingbird

/// `/oauth/clients/{client_id}`, by UAA's rules: two secrets at most, and the older one goes first.
struct UAAClients: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(UAAVendor.mount)/oauth/clients/:id")
        client.get { try await answer($0, $1, get) }
        client.put("secret") { try await answer($0, $1, change) }
    }

    private typealias Handler = (Request, PracticeContext) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        do {
            try await authorize(request)
            return try await handler(request, context)
        } catch let error as UAAError {
            return error.response
        } catch is RequestBodyError {
            return UAAError.invalid.response
        }
    }

    /// A token with `clients.admin`; `clients.secret` would want the client itself.
    private func authorize(_ request: Request) async throws {
        let server = UAAVendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now)
        else { throw UAAError.unauthorized }
        guard token.scope.split(separator: " ").contains("clients.admin") else {
            throw UAAError.insufficientScope
        }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        guard let client = practice.withState({ $0.client(id, in: .only(.uaa)) }) else {
            throw UAAError.noSuchClient
        }
        return client
    }

    /// Neither a secret nor how many there are.
    private func get(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let changed = client.secrets.map(\.created).max() ?? client.created
        let details: [String: JSONValue] = [
            "client_id": .string(client.clientID), "scope": ["uaa.none"],
            "resource_ids": ["none"], "authorized_grant_types": ["client_credentials"],
            "authorities": .array(client.scopes.sorted().map(JSONValue.string)),
            "lastModified": .integer(changed),
        ]
        return Reply.json(JSONValue.object(details))
    }

    private enum Mode: String, Decodable {
        case update = "UPDATE"
        case add = "ADD"
        case delete = "DELETE"
    }

    private func change(_ request: Request, _ context: PracticeContext) async throws -> Response {
        struct Body: Decodable {
            let secret: String?
            let changeMode: Mode?
        }
        let body = try await request.json(Body.self)
        let client = try client(context)
        let mode = body.changeMode ?? .update
        if mode == .add, practice.withState({ $0.takeForeignCreate() }) {
            try add(RandomText.alphanumeric(32), to: client)
        }
        switch mode {
        case .add: try add(try Self.value(body.secret), to: client)
        case .delete: try deleteOlder(of: client)
        case .update: try replace(with: try Self.value(body.secret), of: client)
        }
        let message =
            switch mode {
            case .add: "Secret is added"
            case .delete: "Secret is deleted"
            case .update: "secret updated"
            }
        return Reply.json(["status": "ok", "message": message])
    }

    /// UAA has one wording for an empty secret and one too many.
    private static func value(_ secret: String?) throws -> String {
        guard let secret, !secret.isEmpty else { throw UAAError.twoSecrets }
        return secret
    }

    private func add(_ value: String, to client: PracticeClient) throws {
        try change(client) { client, settings, now in
            guard client.secrets.count < 2 else { throw UAAError.twoSecrets }
            client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
        }
    }

    /// Whichever was meant.
    private func deleteOlder(of client: PracticeClient) throws {
        try change(client) { client, settings, now in
            guard client.secrets.count == 2 else { throw UAAError.oneSecret }
            client.remove(client.secrets[0].id, at: now, under: settings)
        }
    }

    private func replace(with value: String, of client: PracticeClient) throws {
        try change(client) { client, settings, now in
            // The same value is taken at every moment in between.
            let kept = client.secrets.first { $0.value == value }?.id
            for secret in client.secrets where secret.id != kept {
                client.remove(secret.id, at: now, under: settings)
            }
            guard kept == nil else { return }
            client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
        }
    }

    private func change(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Void
    ) throws {
        try practice.change(client, of: .uaa, orThrow: UAAError.noSuchClient, body)
    }
}
