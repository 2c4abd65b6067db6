import HTTPTypes
import Hummingbird

/// A client configuration endpoint (RFC 7592 §2), where an update makes a new secret.
///
/// A client's registration access token is its internal id; one that was used at another client's
/// endpoint is dead from then on (§2.1), as Glewlwyd does it.
struct RFC7592Registration: Sendable {
    /// What an update must not send (§2.2).
    private static let unsent = [
        "registration_access_token", "registration_client_uri", "client_id_issued_at",
        "client_secret_expires_at",
    ]
    /// Where the token is kept that replaced the first one.
    static let token = "registration_access_token"

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        let client = router.group("\(RFC7592Vendor.mount)/register/:id")
        client.get { try await answer($0, $1, get) }
        client.put { try await answer($0, $1, put) }
    }

    private typealias Handler = (Request, PracticeClient) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ handler: Handler
    ) async throws -> Response {
        let id = context.parameters.get("id") ?? ""
        let header = request.headers[.authorization] ?? ""
        let token = header.hasPrefix("Bearer ") ? String(header.dropFirst(7)) : ""
        let client = practice.withState { state in owner(of: token, at: id, in: &state) }
        guard let client else { return Reply.empty(.unauthorized) }
        do { return try await handler(request, client) } catch is RequestBodyError {
            return Self.invalid("The body is no JSON object.")
        }
    }

    private func owner(
        of token: String, at id: String, in state: inout PracticeState
    ) -> PracticeClient? {
        let realm = RealmID.only(.rfc7592)
        if let client = state.client(id, in: realm), Self.token(of: client) == token {
            return client
        }
        if let owner = state.client(internalID: token, in: realm), owner.clientID != id,
            Self.token(of: owner) == token
        {
            // Nobody has the empty token.
            _ = state.update(owner.clientID, in: realm) { client, _, _ in
                client.document[Self.token] = ""
            }
        }
        return nil
    }

    private static func token(of client: PracticeClient) -> String? {
        let token = client.document[Self.token]?.string ?? client.internalID
        return token.isEmpty ? nil : token
    }

    private func get(_ request: Request, _ client: PracticeClient) -> Response { show(client) }

    private func show(_ client: PracticeClient) -> Response {
        let (now, settings) = practice.withState { ($0.now, $0.settings) }
        var wire = client.document
        wire["client_id"] = .string(client.clientID)
        wire["client_id_issued_at"] = .integer(client.created.seconds)
        wire[Self.token] = .string(Self.token(of: client) ?? "")
        wire["registration_client_uri"] = .string(
            "\(practice.baseURL)\(RFC7592Vendor.mount)/register/\(client.clientID)")
        if !settings.rfc7592HidesSecret {
            let seen = client.secrets(seenAt: now, lag: settings.listLagMs).last
            wire["client_secret"] = seen.map { .string($0.value) }
            wire["client_secret_expires_at"] = 0
        }
        return Reply.json(JSONValue.object(wire), headers: [.cacheControl: "no-store"])
    }

    /// Replaces all that is known of the client; what isn't sent is deleted (§2.2).
    private func put(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let sent = try await request.json([String: JSONValue].self).filter { $0.value != .null }
        guard sent["client_id"]?.string == client.clientID else {
            return Self.invalid("Invalid client_id")
        }
        if let name = Self.unsent.first(where: { sent[$0] != nil }) {
            return Self.invalid("\(name) must not be sent.")
        }
        guard sent["token_endpoint_auth_method"].map({ $0.string != nil }) ?? true else {
            return Self.invalid("token_endpoint_auth_method must be a text.")
        }
        if let secret = sent["client_secret"], secret.string != client.current?.value {
            return Self.invalid("A client may not choose its client_secret.")
        }
        let changed = practice.withState { state in
            let isForeignDue = state.takeForeignCreate()
            return state.update(client.clientID, in: .only(.rfc7592)) { client, settings, now in
                let token = client.document[Self.token]
                client.document = sent.filter { !["client_id", "client_secret"].contains($0.key) }
                client.document[Self.token] =
                    settings.rfc7592ChangesToken ? .string(RandomText.alphanumeric(32)) : token
                if !settings.rfc7592KeepsSecret {
                    if isForeignDue {
                        client.replace(
                            with: RFC7592Vendor.value(), at: now, under: settings)
                    }
                    client.replace(with: RFC7592Vendor.value(), at: now, under: settings)
                }
                return client
            }
        }
        guard let changed else { return Reply.empty(.unauthorized) }
        return show(changed)
    }

    /// RFC 7591 §3.2.2.
    private static func invalid(_ text: String) -> Response {
        Reply.json(
            ["error": "invalid_client_metadata", "error_description": text], status: .badRequest)
    }
}
