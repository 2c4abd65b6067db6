import HTTPTransport
import RotationCore

/// A client information response (RFC 7591 §3.2.1).
struct RFC7592Client {
    /// The members that a rotation depends on.
    struct Fields: Decodable {
        let clientID: String
        let secret: String?
        let grantTypes: [String]?
        /// In seconds since 1970; 0 is never.
        let expiry: Int64?
        let token: String?
        /// Words with spaces between them (RFC 7591 §2).
        let scope: String?

        enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case secret = "client_secret"
            case grantTypes = "grant_types"
            case expiry = "client_secret_expires_at"
            case token = "registration_access_token"
            case scope
        }
    }

    let fields: Fields
    let document: JSONDocument

    /// What an update must not send (RFC 7592 §2.2), and the secret, since it says that no client
    /// may choose its own.
    private static let unsent: Set<String> = [
        "registration_access_token", "registration_client_uri", "client_id_issued_at",
        "client_secret_expires_at", "client_secret",
    ]

    /// The secret in force.
    ///
    /// A server that doesn't show it is refused: it makes the secret, so a lost answer would lose
    /// it for good, and every consumer with it.
    func secret() throws(AdapterError) -> ClientSecret {
        guard let secret = fields.secret, !secret.isEmpty else {
            throw AdapterError(
                .refused, code: "rfc7592-not-shown",
                message: "rfc7592: the server doesn't show the client's secret, so one whose "
                    + "answer is lost could never be known")
        }
        return ClientSecret(secret)
    }

    /// Everything else as it was shown, byte for byte: what is left out would be deleted.
    var update: [UInt8] {
        guard case .object(let members, _) = document.root else { return [] }
        let kept = members.filter { !Self.unsent.contains($0.key) }.compactMap { member in
            value(of: member).map {
                JSONDocument.literal(member.key) + [UInt8(ascii: ":")] + $0
            }
        }
        return [UInt8(ascii: "{")] + kept.joined(separator: [UInt8(ascii: ",")])
            + [UInt8(ascii: "}")]
    }

    /// Nothing where there is null, which says the same as leaving it out (RFC 7592 §2.2).
    private func value(of member: JSONDocument.Member) -> ArraySlice<UInt8>? {
        switch member.value {
        case .null: return nil
        case .array(let items, _) where member.key == "token_endpoint_auth_method":
            // Glewlwyd shows a list, and takes only the text that RFC 7591 §2 has.
            if items.count == 1 { return document.bytes[items[0].range] }
            return document.bytes[member.value.range]
        case .object, .array, .string, .number, .boolean:
            return document.bytes[member.value.range]
        }
    }
}

/// An error of registration (RFC 7591 §3.2.2).
private struct RFC7592ErrorBody: Decodable {
    let error: String
    let description: String?

    enum CodingKeys: String, CodingKey {
        case error
        case description = "error_description"
    }
}

/// Calls to the client configuration endpoint of one client.
struct RFC7592API: Sendable {
    /// Its address is the endpoint, without a slash behind.
    let admin: AdminAPI
    let clientID: String
    let token: ClientSecret

    private var outcome: CallOutcome { CallOutcome(adapter: "rfc7592") }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(RFC7592ErrorBody.self)).map { "\($0.error): \($0.description ?? "")" }
    }

    /// Throws where the answer brings another registration access token than ours, which is dead
    /// then (RFC 7592 §3): there is no place to keep the new one in.
    func client() async throws(AdapterError) -> RFC7592Client {
        let client = try own(try await admin.expect([200], "GET", "", .read), .read)
        guard !isReplaced(by: client) else {
            throw AdapterError(
                .refused, code: "rfc7592-other-token",
                message: "rfc7592: the server made a new registration access token, and the old "
                    + "one is dead: Holdover can't keep the new one. Switch its rotation off")
        }
        return client
    }

    /// Updates the client with what it is, of which a new secret comes.
    func rotate() async throws(AdapterError) -> ClientSecret {
        let before = try await client()
        let old = try before.secret()
        let response = try await admin.expect(
            [200], "PUT", "", body: before.update, .creation)
        let after = try own(response, .creation)
        guard let text = after.fields.secret, !text.isEmpty else {
            throw outcome.unreadable(.creation, "the answer has no secret")
        }
        let new = ClientSecret(text)
        guard !new.matches(old) else {
            throw AdapterError(
                .refused, code: "rfc7592-kept-secret",
                message: "rfc7592: an update leaves the secret as it is, so this server can't "
                    + "rotate it: rotates_on_update is not true")
        }
        // If a new registration access token came as well, ours is dead. The new secret is in force
        // all the same and must reach the consumers; the next read says what is wrong.
        return new
    }

    private func isReplaced(by client: RFC7592Client) -> Bool {
        client.fields.token.map { !token.matches(ClientSecret($0)) } ?? false
    }

    private func own(_ response: HTTPResponse, _ effect: CallEffect) throws(AdapterError)
        -> RFC7592Client
    {
        let fields = try admin.decode(RFC7592Client.Fields.self, response, effect)
        guard fields.clientID == clientID else {
            throw AdapterError(
                effect == .read ? .wrongTarget : .unknown, code: "rfc7592-other-client",
                message: "rfc7592: the client is \(safeText(fields.clientID))")
        }
        guard let document = try? JSONDocument(response.body) else {
            throw outcome.unreadable(effect, "the answer is not JSON")
        }
        return RFC7592Client(fields: fields, document: document)
    }
}
