import HTTPTransport
import RotationCore

/// The part of a relying party that a rotation depends on.
struct LemonLDAPParty: Decodable {
    /// Its name in the configuration, by which it is changed.
    let confKey: String
    let clientId: String
    let options: Options

    struct Options: Decodable {
        let clientSecret: String?
        let allowClientCredentialsGrant: Flag?
        let isPublic: Flag?

        enum CodingKeys: String, CodingKey {
            case clientSecret, allowClientCredentialsGrant
            case isPublic = "public"
        }
    }

    /// Perl's truth: 1 or "1", as whoever stored it wrote it.
    struct Flag: Decodable {
        let isSet: Bool

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                isSet = number != 0
            } else {
                isSet = !["", "0"].contains(try container.decode(String.self))
            }
        }
    }
}

/// The error body of LemonLDAP's manager API.
struct LemonLDAPErrorBody: Decodable {
    let error: String
}

/// Calls of LemonLDAP's manager API about the secret of one relying party.
struct LemonLDAPAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    private static let parties = "/api/v1/providers/oidc/rp"

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(LemonLDAPErrorBody.self))?.error
    }

    /// The relying party with the plan's client id, whatever it is called in the configuration.
    func party() async throws(AdapterError) -> LemonLDAPParty {
        let path = "\(Self.parties)/findByClientId?clientId=\(URLPart.segment(clientID))"
        let response = try await admin.expect([200], "GET", path, .read)
        let party = try admin.decode(LemonLDAPParty.self, response, .read)
        guard party.clientId == clientID else {
            throw AdapterError(
                .wrongTarget, code: "lemonldap-other-client",
                message: "lemonldap: the relying party is \(safeText(party.clientId))")
        }
        return party
    }

    /// Asks to store `secret`; all other options stay as they are.
    func put(_ secret: ClientSecret) async throws(AdapterError) {
        let name = URLPart.segment(try await party().confKey)
        let options = JSONDocument.object(texts: [("clientSecret", secret.withPlaintext { $0 })])
        let body = JSONDocument.object([("options", options)])
        let path = "\(Self.parties)/\(name)"
        _ = try await admin.expect([200, 204], "PATCH", path, body: body, .repeatable)
    }
}
