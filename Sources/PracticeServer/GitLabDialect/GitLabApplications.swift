import HTTPTypes
import Hummingbird

/// `/api/v4/applications`, by GitLab's rules: only administrators, and no secret but a new one.
struct GitLabApplications: Sendable {
    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let applications = router.group("\(GitLabVendor.mount)/api/v4/applications")
        applications.get { request, _ in try answer(request) { list(request) } }
        applications.post(":id/renew-secret") { request, context in
            try answer(request) { try renew(context.parameters.get("id") ?? "") }
        }
    }

    private func answer(_ request: Request, _ handler: () throws -> Response) throws -> Response {
        do {
            try authorize(request)
            return try handler()
        } catch let error as GitLabError {
            return error.response
        }
    }

    private func authorize(_ request: Request) throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "Bearer" else { throw GitLabError.unauthorized }
        let shown = SecretDigest(of: String(words[1]))
        if shown == SecretDigest(of: practice.credentials.adminToken) { return }
        guard shown == SecretDigest(of: practice.credentials.leastToken) else {
            throw GitLabError.unauthorized
        }
        throw GitLabError.forbidden
    }

    /// In pages of twenty, or as many as are asked for up to a hundred.
    private func list(_ request: Request) -> Response {
        let query = request.uri.queryParameters
        let size = min(max(query.get("per_page").flatMap { Int($0) } ?? 20, 1), 100)
        let page = max(query.get("page").flatMap { Int($0) } ?? 1, 1)
        let clients = practice.withState { state in
            (state.realms[.only(.gitlab)]?.clients.values).map(Array.init) ?? []
        }
        let sorted = clients.sorted { Self.number(of: $0) < Self.number(of: $1) }
        let shown = sorted.dropFirst((page - 1) * size).prefix(size)
        let isLast = page * size >= sorted.count
        var response = Reply.json(shown.map { Self.wire($0) })
        if let name = HTTPField.Name("X-Next-Page") {
            response.headers[name] = isLast ? "" : "\(page + 1)"
        }
        return response
    }

    private func renew(_ id: String) throws -> Response {
        guard Int(id) != nil else { throw GitLabError.badID }
        let found = practice.withState { $0.client(internalID: id, in: .only(.gitlab)) }
        guard let client = found else { throw GitLabError.noApplication }
        if practice.withState({ $0.takeForeignCreate() }) { _ = try renew(client) }
        return Reply.json(Self.wire(client, secret: try renew(client)), status: .created)
    }

    private func renew(_ client: PracticeClient) throws -> String {
        let value = GitLabVendor.value()
        try practice.change(
            client, of: .gitlab, orThrow: GitLabError.noApplication
        ) { client, settings, now in
            client.replace(with: value, at: now, under: settings)
        }
        return value
    }

    private static func number(of client: PracticeClient) -> Int { Int(client.internalID) ?? 0 }

    private static func wire(_ client: PracticeClient, secret: String? = nil) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .integer(Int64(number(of: client))), "application_id": .string(client.clientID),
            "application_name": .string(client.clientID), "confidential": true,
            "callback_url": "https://practice.example/callback",
            "scopes": .array(client.scopes.sorted().map(JSONValue.string)),
        ]
        members["secret"] = secret.map(JSONValue.string)
        return .object(members)
    }
}
