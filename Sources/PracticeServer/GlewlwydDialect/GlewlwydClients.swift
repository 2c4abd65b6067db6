import HTTPTypes
import Hummingbird

/// `/api/client/{client_id}`, as Glewlwyd 2.7.5 answered: a client is replaced as a whole.
struct GlewlwydClients: Sendable {
    /// What stays as it is where an update leaves it out; everything else goes.
    private static let kept: Set<String> = [
        "name", "description", "scope", "enabled", "confidential",
    ]
    /// What belongs to the client's backend; whatever else is sent is dropped.
    private static let properties: Set<String> = [
        "redirect_uri", "authorization_type", "token_endpoint_auth_method", "sector_identifier_uri",
    ]

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(GlewlwydVendor.mount)/api/client/:id")
        client.get { try await answer($0, $1, get) }
        client.put { try await answer($0, $1, put) }
    }

    private typealias Handler = (Request, PracticeClient) async throws -> Response

    /// Nobody is told why; an admin's mistakes are listed in sentences.
    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        guard request.headers[.authorization] == "token \(practice.credentials.adminToken)" else {
            return Reply.empty(.unauthorized)
        }
        let id = context.parameters.get("id") ?? ""
        let source = request.uri.queryParameters.get("source") ?? "database"
        guard source == "database",
            let client = practice.withState({ $0.client(id, in: .only(.glewlwyd)) })
        else { return Reply.empty(.notFound) }
        do { return try await handler(request, client) } catch is RequestBodyError {
            return Reply.empty(.badRequest)
        }
    }

    private func get(_ request: Request, _ client: PracticeClient) throws -> Response {
        let (now, lag) = practice.withState { ($0.now, $0.settings.listLagMs) }
        var wire = client.document
        wire["client_id"] = .string(client.clientID)
        wire["source"] = "database"
        wire["client_secret"] = client.secrets(seenAt: now, lag: lag).last.map {
            .string($0.value)
        }
        return Reply.json(JSONValue.object(wire))
    }

    private func put(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let body = try await request.json(JSONValue.self)
        // An empty list drops as much as an object without members would, and that is refused.
        guard let sent = body.object ?? (body.array == [] ? [:] : nil), body != .object([:]) else {
            return Reply.empty(.badRequest)
        }
        let secret = sent["client_secret"]
        guard secret == nil || secret?.string != nil else {
            return Reply.json(
                ["property 'client_secret' must be a string value (maximum 16M characters)"],
                status: .badRequest)
        }
        let document = Self.merged(client.document, with: sent)
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        let changed: Bool? = practice.withState { state in
            state.update(client.clientID, in: .only(.glewlwyd)) { client, settings, now in
                client.document = document
                client.isEnabled = document["enabled"]?.bool ?? false
                if isForeignDue {
                    client.replace(
                        with: GlewlwydVendor.value(), at: now, under: settings)
                }
                guard let value = secret?.string, !value.isEmpty else {
                    for secret in client.secrets {
                        client.remove(secret.id, at: now, under: settings)
                    }
                    return true
                }
                client.replace(with: value, at: now, under: settings)
                return true
            }
        }
        return Reply.empty(changed == true ? .ok : .notFound)
    }

    private static func merged(_ old: [String: JSONValue], with sent: [String: JSONValue])
        -> [String: JSONValue]
    {
        old.filter { kept.contains($0.key) }.merging(
            sent.filter { kept.contains($0.key) || properties.contains($0.key) }
        ) { $1 }
    }
}
