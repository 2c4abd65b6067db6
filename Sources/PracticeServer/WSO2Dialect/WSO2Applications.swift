import HTTPTypes
import Hummingbird

/// `/applications` and the client secrets of one, by WSO2's rules: the newest is never deleted.
struct WSO2Applications: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let applications = router.group("\(WSO2Vendor.mount)/t/:tenant/api/server/v1/applications")
        applications.get { try await answer($0, $1, "internal_application_mgt_view", find) }
        let secrets = applications.group(":id/inbound-protocols/oidc/secrets")
        secrets.get { try await answer($0, $1, Self.right("view"), list) }
        secrets.post { try await answer($0, $1, Self.right("create"), create) }
        secrets.get(":secret") { try await answer($0, $1, Self.right("view"), show) }
        secrets.delete(":secret") { try await answer($0, $1, Self.right("delete"), delete) }
    }

    private static func right(_ verb: String) -> String {
        "internal_application_mgt_client_secret_\(verb)"
    }

    private typealias Handler = (Request, PracticeContext) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ right: String, _ handler: Handler
    ) async throws -> Response {
        do {
            guard context.parameters.get("tenant") == WSO2Vendor.tenant else {
                throw WSO2Error.notFound("tenant")
            }
            try await authorize(request, right)
            return try await handler(request, context)
        } catch let error as WSO2Error {
            return error.response
        } catch is RequestBodyError {
            return WSO2Error.invalid.response
        }
    }

    /// A token with the scope of the call.
    private func authorize(_ request: Request, _ right: String) async throws {
        let server = WSO2Vendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now)
        else { throw WSO2Error.unauthorized }
        guard token.scope.split(separator: " ").contains(right[...]) else {
            throw WSO2Error.forbidden
        }
    }

    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let id = context.parameters.get("id") ?? ""
        let found = practice.withState { $0.client(internalID: id, in: .only(.wso2)) }
        guard let found else { throw WSO2Error.notFound("application \(id)") }
        return found
    }
}

extension WSO2Applications {
    /// Only `clientId eq …` of the filters.
    private func find(_ request: Request, _ context: PracticeContext) throws -> Response {
        let filter = request.uri.queryParameters.get("filter") ?? ""
        let words = filter.split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "clientId", words[1] == "eq" else {
            throw WSO2Error.invalid
        }
        let isShown = request.uri.queryParameters.get("attributes") == "clientId"
        let found = practice.withState { $0.client(words[2], in: .only(.wso2)) }
        let entries = [found].compactMap { $0 }.map { client -> JSONValue in
            var entry: [String: JSONValue] = [
                "id": .string(client.internalID), "name": .string(client.clientID),
            ]
            if isShown { entry["clientId"] = .string(client.clientID) }
            return .object(entry)
        }
        let count = JSONValue.integer(Int64(entries.count))
        let page: JSONValue = [
            "totalResults": count, "startIndex": 1, "count": count,
            "applications": .array(entries), "links": [],
        ]
        return Reply.json(page)
    }

    private func list(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let (settings, now) = practice.withState { ($0.settings, $0.now) }
        let seen = client.secrets(seenAt: now, lag: settings.listLagMs)
        let entries = seen.map {
            Self.wire($0, in: seen, at: now, isClear: settings.wso2ShowsSecrets)
        }
        return Reply.json(
            JSONValue.object(["count": .integer(Int64(entries.count)), "list": .array(entries)]))
    }

    private func show(_ request: Request, _ context: PracticeContext) throws -> Response {
        let client = try client(context)
        let id = context.parameters.get("secret") ?? ""
        guard let secret = client.secret(id) else { throw WSO2Error.notFound("secret \(id)") }
        let (settings, now) = practice.withState { ($0.settings, $0.now) }
        return Reply.json(
            Self.wire(secret, in: client.secrets, at: now, isClear: settings.wso2ShowsSecrets))
    }

    private func create(_ request: Request, _ context: PracticeContext) async throws -> Response {
        struct Body: Decodable { var expiresAt: Int64? }
        let asked = try await request.json(Body.self).expiresAt ?? 0
        let now = practice.withState { $0.now }
        guard asked == 0 || asked > now.seconds else { throw WSO2Error.past }
        let client = try client(context)
        let end = asked == 0 ? nil : asked * 1_000
        if practice.withState({ $0.takeForeignCreate() }) { _ = try make(until: nil, in: client) }
        let made = try make(until: end, in: client)
        // The answer has the value in clear, however it is kept.
        return Reply.json(Self.wire(made, in: [made], at: now, isClear: true), status: .created)
    }

    private func make(
        until end: Milliseconds?, in client: PracticeClient
    ) throws -> PracticeSecret {
        try change(client) { client, settings, now in
            // Those that are over count too.
            guard client.secrets.count < settings.wso2SecretLimit else {
                throw WSO2Error.limitReached
            }
            return client.add(
                id: RandomText.uuid(), value: WSO2Vendor.value(), expires: end, at: now,
                under: settings)
        }
    }

    private func delete(_ request: Request, _ context: PracticeContext) throws -> Response {
        let id = context.parameters.get("secret") ?? ""
        try change(try client(context)) { client, settings, now in
            guard let secret = client.secret(id) else { throw WSO2Error.notFound("secret \(id)") }
            let isLast = !client.secrets.contains { $0.id != id && Self.isActive($0, at: now) }
            guard client.secrets.last?.id != id, !(isLast && Self.isActive(secret, at: now)) else {
                throw WSO2Error.lastSecret
            }
            client.remove(id, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .wso2, orThrow: WSO2Error.notFound("application"), body)
    }

    private static func isActive(_ secret: PracticeSecret, at now: Milliseconds) -> Bool {
        secret.expires.map { $0.seconds >= now.seconds } ?? true
    }

    private static func wire(
        _ secret: PracticeSecret, in all: [PracticeSecret], at now: Milliseconds, isClear: Bool
    ) -> JSONValue {
        [
            "secretId": .string(secret.id),
            "secretValue": .string(isClear ? secret.value : secret.digest.hex),
            "createdAt": .integer(secret.created.seconds),
            "expiresAt": .integer(secret.expires?.seconds ?? 0),
            "status": isActive(secret, at: now) ? "ACTIVE" : "EXPIRED",
            "latest": .bool(all.last?.id == secret.id),
        ]
    }
}
