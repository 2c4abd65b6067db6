import HTTPTypes
import Hummingbird

/// `/v1/projects/…/oauthClients/{client}` and its credentials, by IAM's rules.
struct GoogleIAM: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(GoogleVendor.mount)/iam/v1/projects/:project")
            .group("locations/:location/oauthClients/:client")
        client.get { try await answer($0, $1, "iam.oauthClients.get", getClient) }
        let all = client.group("credentials")
        all.get { try await answer($0, $1, "\(Self.credentials).list", list) }
        all.post { try await answer($0, $1, "\(Self.credentials).create", create) }
        let one = all.group(":credential")
        one.get { try await answer($0, $1, "\(Self.credentials).get", get) }
        one.patch { try await answer($0, $1, "\(Self.credentials).update", patch) }
        one.delete { try await answer($0, $1, "\(Self.credentials).delete", delete) }
    }

    private static let credentials = "iam.oauthClientCredentials"

    private struct Call {
        let request: Request
        let client: PracticeClient
        let parent: String
        let credential: String
    }

    private func answer(
        _ request: Request, _ context: PracticeContext, _ permission: String,
        _ handler: (Call) async throws -> Response
    ) async throws -> Response {
        do {
            try await authorize(request, permission)
            let id = context.parameters.get("client") ?? ""
            guard context.parameters.get("project") == GoogleVendor.project,
                context.parameters.get("location") == "global",
                let client = practice.withState({ $0.client(internalID: id, in: .only(.google)) })
            else { throw GoogleError.notFound }
            return try await handler(
                Call(
                    request: request, client: client,
                    parent: "projects/\(GoogleVendor.project)/locations/global/oauthClients/\(id)",
                    credential: context.parameters.get("credential") ?? ""))
        } catch let error as GoogleError {
            return error.response
        } catch is RequestBodyError {
            return GoogleError.invalid("JSON payload received").response
        }
    }

    /// The token that was made once, or one of a service account with the permission, or with the
    /// `role` that has it.
    func authorize(
        _ request: Request, _ permission: String, role: String = GoogleVendor.role
    ) async throws {
        let words = (request.headers[.authorization] ?? "").split(separator: " ").map(String.init)
        guard words.count == 2, words[0] == "Bearer" else { throw GoogleError.unauthenticated }
        if SecretDigest(of: words[1]) == SecretDigest(of: practice.credentials.adminToken) {
            return
        }
        let now = practice.withState { $0.now }
        let issued = GoogleVendor.login(base: practice.baseURL)
        guard let token = await issuer.verify(words[1], issuedBy: issued, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: .only(.google)) })
        else { throw GoogleError.unauthenticated }
        guard token.scope.split(separator: " ").contains(GoogleVendor.scope[...]) else {
            throw GoogleError(
                .forbidden, "PERMISSION_DENIED",
                "Request had insufficient authentication scopes.",
                reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        }
        guard !caller.grants.isDisjoint(with: [role, permission]) else {
            throw GoogleError.denied(permission)
        }
    }
}

extension GoogleIAM {
    private func getClient(_ call: Call) -> Response {
        let client: JSONValue = [
            "name": .string(call.parent), "clientId": .string(call.client.clientID),
            "clientType": "CONFIDENTIAL_CLIENT", "state": "ACTIVE",
            "allowedGrantTypes": ["AUTHORIZATION_CODE_GRANT"],
            "allowedRedirectUris": [.string(GoogleVendor.redirectURI)],
            "allowedScopes": [.string(GoogleVendor.scope)],
        ]
        return Reply.json(client)
    }

    private func list(_ call: Call) -> Response {
        let seen = seen(call).map {
            GoogleCredential.wire($0, of: call.parent, showsValue: false)
        }
        // An empty list is left out, as in every JSON of a proto.
        return Reply.json(seen.isEmpty ? [:] : ["oauthClientCredentials": JSONValue.array(seen)])
    }

    private func get(_ call: Call) throws -> Response {
        guard let secret = seen(call).first(where: { $0.id == call.credential }) else {
            throw GoogleError.notFound
        }
        return Reply.json(GoogleCredential.wire(secret, of: call.parent, showsValue: true))
    }

    private func seen(_ call: Call) -> [PracticeSecret] {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return call.client.secrets(seenAt: now, lag: lag)
    }

    private func create(_ call: Call) async throws -> Response {
        let body = try await call.request.json(GoogleCredential.Request.self)
        let query = call.request.uri.queryParameters
        let id = query.get("oauthClientCredentialId") ?? ""
        if practice.withState({ $0.takeForeignCreate() }) {
            _ = try add("somebody-elses", .init(), to: call.client)
        }
        let made = try add(id, body, to: call.client)
        return Reply.json(GoogleCredential.wire(made, of: call.parent, showsValue: true))
    }

    private func add(_ id: String, _ body: GoogleCredential.Request, to client: PracticeClient)
        throws -> PracticeSecret
    {
        try change(client) { client, settings, now in
            try GoogleCredential.create(id, body, in: &client, at: now, under: settings)
        }
    }

    private func patch(_ call: Call) async throws -> Response {
        let body = try await call.request.json(GoogleCredential.Request.self)
        let query = call.request.uri.queryParameters
        let mask = query.get("updateMask") ?? query.get("update_mask") ?? ""
        guard mask == "disabled", let isDisabled = body.disabled else {
            throw GoogleError.invalid("update_mask")
        }
        let id = call.credential
        let changed = try change(call.client) { client, settings, now in
            client.setStatus(isDisabled ? .inactive : .active, of: id, at: now, under: settings)
            guard let secret = client.secret(id) else { throw GoogleError.notFound }
            return secret
        }
        return Reply.json(GoogleCredential.wire(changed, of: call.parent, showsValue: false))
    }

    private func delete(_ call: Call) throws -> Response {
        try change(call.client) { client, settings, now in
            try GoogleCredential.delete(call.credential, in: &client, at: now, under: settings)
        }
        return Reply.json([String: JSONValue]())
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .google, orThrow: GoogleError.notFound, body)
    }
}
