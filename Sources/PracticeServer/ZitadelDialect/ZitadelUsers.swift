import HTTPTypes
import Hummingbird

/// `/v2/users`, by the rules of Zitadel's user service: a search, and a secret that is overwritten.
struct ZitadelUsers: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let users = router.group("\(ZitadelVendor.mount)/v2/users")
        users.post { request, _ in
            try await answer(request) { try await search(request) }
        }
        users.post(":id/secret") { request, context in
            try await answer(request) { try addSecret(context.parameters.get("id") ?? "") }
        }
    }

    private func answer(_ request: Request, _ handler: () async throws -> Response)
        async throws -> Response
    {
        do {
            try authorize(request)
            return try await handler()
        } catch let error as ZitadelError {
            return error.response
        } catch is RequestBodyError {
            return ZitadelError.invalid.response
        }
    }

    private func authorize(_ request: Request) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { throw ZitadelError.badToken }
        let shown = SecretDigest(of: String(words[1]))
        if shown == SecretDigest(of: practice.credentials.adminToken) { return }
        guard shown == SecretDigest(of: practice.credentials.leastToken) else {
            throw ZitadelError.badToken
        }
        throw ZitadelError.denied
    }

    /// One query, by exactly this login name; no other is practised.
    private func search(_ request: Request) async throws -> Response {
        struct Body: Decodable {
            let queries: [Query]
        }
        struct Query: Decodable {
            let loginNameQuery: LoginName
        }
        struct LoginName: Decodable {
            let loginName: String
            let method: String
        }
        let queries = try await request.json(Body.self).queries
        guard let query = queries.first?.loginNameQuery, queries.count == 1,
            query.method == "TEXT_QUERY_METHOD_EQUALS", (1...200).contains(query.loginName.count)
        else { throw ZitadelError.invalid }
        let found = practice.withState { $0.client(query.loginName, in: .only(.zitadel)) }
        var answer: [String: JSONValue] = [
            "details": [
                "totalResult": found == nil ? "0" : "1", "timestamp": "2026-01-01T00:00:00Z",
            ]
        ]
        answer["result"] = found.map { [Self.wire($0)] }
        return Reply.json(JSONValue.object(answer))
    }

    private func addSecret(_ id: String) throws -> Response {
        let found = practice.withState { $0.client(internalID: id, in: .only(.zitadel)) }
        guard let client = found else { throw ZitadelError.noUser }
        if practice.withState({ $0.takeForeignCreate() }) { _ = try overwrite(client) }
        let made: JSONValue = [
            "creationDate": "2026-01-01T00:00:00Z", "clientSecret": .string(try overwrite(client)),
        ]
        return Reply.json(made)
    }

    private func overwrite(_ client: PracticeClient) throws -> String {
        let value = ZitadelVendor.value()
        try practice.change(
            client, of: .zitadel, orThrow: ZitadelError.noUser
        ) { client, settings, now in
            client.replace(with: value, at: now, under: settings)
        }
        return value
    }

    /// What is false isn't sent.
    private static func wire(_ client: PracticeClient) -> JSONValue {
        var machine: [String: JSONValue] = [
            "name": .string(client.clientID), "accessTokenType": "ACCESS_TOKEN_TYPE_JWT",
        ]
        machine["hasSecret"] = client.secrets.isEmpty ? nil : true
        return [
            "userId": .string(client.internalID),
            "state": client.isEnabled ? "USER_STATE_ACTIVE" : "USER_STATE_INACTIVE",
            "username": .string(client.clientID),
            "loginNames": [.string(client.clientID)],
            "preferredLoginName": .string(client.clientID),
            "machine": .object(machine),
        ]
    }
}
