import HTTPTypes
import Hummingbird

/// `/apps/oauth/credentials/{app}` by the rules of Salesforce's Connect API: one staged set.
struct SalesforceCredentials: Sendable {
    private static let path = "/services/data/v65.0/apps/oauth/credentials"
    private static let realm = RealmID.only(.salesforce)

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let app = router.group("\(SalesforceVendor.mount)\(Self.path)/:app")
        app.get { try await answer($0, $1, list) }
        let consumer = app.group(":consumer")
        consumer.get { try await answer($0, $1, show) }
        consumer.get("staged") { try await answer($0, $1, staged) }
        consumer.post("staged") { try await answer($0, $1, stage) }
        consumer.patch("staged/:set") { try await answer($0, $1, rotate) }
        consumer.delete("staged/:set") { try await answer($0, $1, delete) }
    }

    private typealias Handler = (Request, PracticeContext, String) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        do {
            try await authorize(request)
            return try await handler(request, context, context.parameters.get("app") ?? "")
        } catch let error as SalesforceError {
            return error.response
        } catch is RequestBodyError {
            return SalesforceError.malformed.response
        }
    }

    /// A token of an app whose run-as user is an External Client App Developer.
    private func authorize(_ request: Request) async throws {
        let server = SalesforceVendor.server(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else { throw SalesforceError.invalidSession }
        guard caller.grants.contains("ExternalClientAppDeveloper") else {
            throw SalesforceError.denied
        }
    }

    /// Looks at an app's consumer, and changes it unless `body` throws; one that nothing was done
    /// to yet is made from the client with the app's id.
    private func consumer<Result: Sendable>(
        of app: String, _ context: PracticeContext? = nil,
        _ body: @Sendable (inout SalesforceConsumer, inout PracticeState) throws -> Result
    ) throws -> Result {
        let named = context?.parameters.get("consumer")
        return try practice.withState { state in
            let known = state.realms[Self.realm]?.consumers[app]
            let first = state.client(internalID: app, in: Self.realm)
            guard
                var consumer = known
                    ?? first.map({
                        SalesforceConsumer(id: "888\(app.dropFirst(3))", primary: $0.clientID)
                    }),
                named == nil || named == consumer.id
            else { throw SalesforceError.notFound }
            let result = try body(&consumer, &state)
            state.realms[Self.realm]?.consumers[app] = consumer
            return result
        }
    }
}

extension SalesforceCredentials {
    private func list(_ request: Request, _ context: PracticeContext, _ app: String) throws
        -> Response
    {
        let consumer = try consumer(of: app) { consumer, _ in consumer }
        let url = "\(Self.path)/\(app)/\(consumer.id)"
        let page: JSONValue = [
            "consumers": [
                [
                    "id": .string(consumer.id), "key": .string(consumer.primary),
                    "name": .string(app), "url": .string(url),
                    "stagedCredentialsUrl": .string("\(url)/staged"),
                ]
            ],
            "currentPageUrl": .string("\(Self.path)/\(app)"), "nextPageUrl": .null,
        ]
        return Reply.json(page)
    }

    private func show(_ request: Request, _ context: PracticeContext, _ app: String) throws
        -> Response
    {
        let part = request.uri.queryParameters.get("part") ?? "key"
        let shown = try consumer(of: app, context) { consumer, state in
            let secret = state.client(consumer.primary, in: Self.realm)?.secrets.last?.value
            var shown: [String: JSONValue] = ["id": .string(consumer.id)]
            shown["key"] = part == "secret" ? nil : .string(consumer.primary)
            shown["secret"] = part == "key" ? nil : secret.map { .string($0) }
            return shown
        }
        return Reply.json(JSONValue.object(shown))
    }

    private func staged(_ request: Request, _ context: PracticeContext, _ app: String) throws
        -> Response
    {
        Reply.json(try consumer(of: app, context) { Self.page($0, app, $1) })
    }

    private func stage(_ request: Request, _ context: PracticeContext, _ app: String) throws
        -> Response
    {
        let page = try consumer(of: app, context) { consumer, state in
            guard consumer.staged == nil else { throw SalesforceError.staged }
            let staged = SalesforceConsumer.Staged(
                id: RandomText.alphanumeric(18), key: SalesforceVendor.newKey(), state: .active,
                created: state.now)
            let present = state.client(consumer.primary, in: Self.realm)
            var client = PracticeClient(
                clientID: staged.key, internalID: staged.id,
                authMethod: present?.authMethod ?? .basic, scopes: present?.scopes ?? [],
                created: state.now)
            client.add(
                id: staged.id, value: SalesforceVendor.value(), expires: staged.end,
                at: state.now, under: state.settings)
            state.realms[Self.realm]?.insert(client)
            consumer.staged = staged
            return Self.page(consumer, app, state)
        }
        return Reply.json(page, status: .created)
    }

    /// The two sets change places.
    private func rotate(_ request: Request, _ context: PracticeContext, _ app: String)
        async throws -> Response
    {
        struct Body: Decodable { var command: String? }
        guard try await request.json(Body.self).command == "rotate" else {
            throw SalesforceError.malformed
        }
        let id = context.parameters.get("set")
        let shown = try consumer(of: app, context) { consumer, state in
            guard let staged = consumer.staged, staged.id == id else {
                throw SalesforceError.notFound
            }
            // Whether a set that was in force can be put back isn't said.
            guard staged.state == .active else { throw SalesforceError.rotated }
            let old = SalesforceConsumer.Staged(
                id: RandomText.alphanumeric(18), key: consumer.primary, state: .rotated,
                created: state.now)
            for (key, end) in [(staged.key, nil), (old.key, old.end)] {
                _ = state.update(key, in: Self.realm) { client, _, _ in
                    for secret in client.secrets { client.setExpiry(end, of: secret.id) }
                }
            }
            consumer.primary = staged.key
            consumer.staged = old
            return Self.wire(old, of: consumer, app, state)
        }
        return Reply.json(shown)
    }

    private func delete(_ request: Request, _ context: PracticeContext, _ app: String) throws
        -> Response
    {
        let id = context.parameters.get("set")
        try consumer(of: app, context) { consumer, state in
            guard let staged = consumer.staged, staged.id == id else {
                throw SalesforceError.notFound
            }
            state.realms[Self.realm]?.remove(clientID: staged.key)
            consumer.staged = nil
        }
        return Reply.empty()
    }

    private static func page(
        _ consumer: SalesforceConsumer, _ app: String, _ state: PracticeState
    ) -> JSONValue {
        let sets = consumer.staged.map { [wire($0, of: consumer, app, state)] } ?? []
        return [
            "stagedCredentials": .array(sets),
            "url": .string("\(path)/\(app)/\(consumer.id)/staged"),
        ]
    }

    private static func wire(
        _ staged: SalesforceConsumer.Staged, of consumer: SalesforceConsumer, _ app: String,
        _ state: PracticeState
    ) -> JSONValue {
        let secret = state.client(staged.key, in: realm)?.secrets.last?.value ?? ""
        let url = "\(path)/\(app)/\(consumer.id)"
        let isOver = staged.end <= state.now
        return [
            "id": .string(staged.id), "key": .string(staged.key), "secret": .string(secret),
            "state": .string(isOver ? "Expired" : staged.state.rawValue),
            "createdDate": .string(staged.created.iso8601),
            "expirationDate": .string(staged.end.iso8601), "url": .string(url),
            "stagedCredentialsUrl": .string("\(url)/staged/\(staged.id)"),
        ]
    }
}
