import Foundation
import HTTPTypes
import Hummingbird

/// `/environments/{env}/applications/{app}` and its secret, by the PingOne Platform API's rules.
struct PingOnePlatform: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let application = router.group(
            "\(PingOneVendor.mount)/api/v1/environments/:env/applications/:app")
        application.get { try await answer($0, $1, "read:application", show) }
        application.get("secret") { try await answer($0, $1, "read:secret", read) }
        application.post("secret") { try await answer($0, $1, "update:secret", rotate) }
        application.delete("secret") { try await answer($0, $1, "delete:secret", drop) }
    }

    private typealias Handler = (Request, PracticeClient) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ right: String, _ handler: Handler
    ) async throws -> Response {
        do {
            let caller = try await authorize(request, "applications:\(right)")
            let client = try client(context)
            // Else a worker could read the secret of more rights than it was given.
            guard right == "read:application" || caller.clientID != client.clientID else {
                throw PingOneError.denied
            }
            return try await handler(request, client)
        } catch let error as PingOneError {
            return error.response
        } catch is RequestBodyError {
            return PingOneError.notJSON.response
        }
    }

    /// A token of a worker application whose role has the permission.
    private func authorize(_ request: Request, _ right: String) async throws -> PracticeClient {
        let server = PingOneVendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else { throw PingOneError.invalidToken }
        guard caller.grants.contains(right) else { throw PingOneError.denied }
        return caller
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("app") ?? ""
        guard context.parameters.get("env") == PingOneVendor.environment,
            let client = practice.withState({ $0.client(id, in: .only(.pingone)) })
        else { throw PingOneError.notFound }
        return client
    }
}

extension PingOnePlatform {
    private func show(_ request: Request, _ client: PracticeClient) -> Response {
        let application: JSONValue = [
            "id": .string(client.clientID), "name": .string(client.clientID),
            "environment": ["id": .string(PingOneVendor.environment)],
            "enabled": .bool(client.isEnabled), "type": "SERVICE", "protocol": "OPENID_CONNECT",
            "grantTypes": ["CLIENT_CREDENTIALS"],
            "tokenEndpointAuthMethod": .string(client.authMethod.rawValue.uppercased()),
        ]
        return Reply.json(application)
    }

    private func read(_ request: Request, _ client: PracticeClient) -> Response {
        let seen = practice.withState {
            client.secrets(seenAt: $0.now, lag: $0.settings.listLagMs)
        }
        return Reply.json(wire(seen, of: client))
    }

    private func rotate(_ request: Request, _ client: PracticeClient) async throws -> Response {
        struct Body: Decodable {
            struct Previous: Decodable { let expiresAt: String }
            var previous: Previous?
        }
        let asked = try await request.json(Body.self).previous
        let now = practice.withState { $0.now }
        let end = try asked.map { asked in
            guard let date = Self.date(asked.expiresAt) else { throw PingOneError.notJSON }
            let end = Milliseconds(date.timeIntervalSince1970 * 1_000)
            guard (now + 60_000...now + 30 * 86_400_000).contains(end) else {
                throw PingOneError.outOfRange
            }
            return end
        }
        let isForeignDue = practice.withState { $0.takeForeignCreate() }
        let changed = try change(client) { client, settings, now in
            if isForeignDue {
                Self.rotate(&client, keepingUntil: now + 86_400_000, at: now, under: settings)
            }
            Self.rotate(&client, keepingUntil: end, at: now, under: settings)
            return client
        }
        return Reply.json(wire(changed.secrets, of: changed))
    }

    /// The one in force becomes the previous one, and what was that is pushed out.
    private static func rotate(
        _ client: inout PracticeClient, keepingUntil end: Milliseconds?, at now: Milliseconds,
        under settings: PracticeSettings
    ) {
        let current = client.secrets.last?.id
        for secret in client.secrets where end == nil || secret.id != current {
            client.remove(secret.id, at: now, under: settings)
        }
        if let current, let end { client.setExpiry(end, of: current) }
        client.add(
            id: RandomText.uuid(), value: PingOneVendor.value(), at: now, under: settings)
    }

    private func drop(_ request: Request, _ client: PracticeClient) throws -> Response {
        try change(client) { client, settings, now in
            guard client.secrets.count > 1, let previous = client.secrets.first else {
                throw PingOneError.notFound
            }
            client.remove(previous.id, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .pingone, orThrow: PingOneError.notFound, body)
    }

    private func wire(_ secrets: [PracticeSecret], of client: PracticeClient) -> JSONValue {
        var members: [String: JSONValue] = [
            "environment": ["id": .string(PingOneVendor.environment)],
            "secret": .string(secrets.last?.value ?? ""),
        ]
        if secrets.count > 1, let previous = secrets.first {
            let (now, used) = practice.withState { state in
                let owner = TokenLogEntry.Owner(realm: .only(.pingone), clientID: client.clientID)
                return (state.now, state.log.lastUse(of: previous.id, by: owner))
            }
            var shown: [String: JSONValue] = [:]
            shown["expiresAt"] = previous.expires.map { .string($0.iso8601) }
            shown["lastUsed"] = used.map { .string($0.iso8601) }
            // Not shown once it is over, though nothing removes it.
            let isOver = previous.expires.map { $0 <= now } ?? false
            shown["secret"] = isOver ? nil : .string(previous.value)
            members["previous"] = .object(shown)
        }
        return .object(members)
    }

    private static func date(_ text: String) -> Date? {
        let fine = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        return (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: fine))
    }
}
