import HTTPTransport
import RotationCore

/// The part of a user that a rotation depends on; what is false or empty isn't sent.
struct ZitadelUser: Decodable {
    let userId: String
    let state: String?
    let loginNames: [String]?
    /// Nil for people.
    let machine: Machine?

    /// What only machine users have.
    struct Machine: Decodable {
        let hasSecret: Bool?
    }
}

/// The answer to a search for users.
struct ZitadelUserList: Decodable {
    let result: [ZitadelUser]?
    /// Always sent, so that a page of something else isn't an empty list.
    let details: Details

    /// How many there are, and as of when.
    struct Details: Decodable {}
}

/// The answer to a new secret.
struct ZitadelSecret: Decodable {
    let clientSecret: String?
}

/// Zitadel's error body.
struct ZitadelErrorBody: Decodable {
    let message: String
}

/// Calls of Zitadel's user service (v2) about one machine user.
struct ZitadelAPI: Sendable {
    let admin: AdminAPI
    /// The login name, which is the client id.
    let clientID: String

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(ZitadelErrorBody.self))?.message
    }

    /// The machine user that logs in with the plan's client id.
    func user() async throws(AdapterError) -> ZitadelUser {
        let body =
            Array(#"{"queries":[{"loginNameQuery":{"loginName":"#.utf8)
            + JSONDocument.literal(clientID)
            + Array(#","method":"TEXT_QUERY_METHOD_EQUALS"}}]}"#.utf8)
        let response = try await admin.expect([200], "POST", "/v2/users", body: body, .read)
        let listed = try admin.decode(ZitadelUserList.self, response, .read).result ?? []
        let ours = listed.filter { $0.machine != nil && $0.loginNames?.contains(clientID) == true }
        guard let one = ours.first, ours.count == 1 else {
            throw AdapterError(
                .missing, code: "zitadel-user-missing",
                message: "zitadel: \(ours.count) machine users with the login name "
                    + "\(safeText(clientID)) are shown to this token")
        }
        return one
    }

    /// Makes another secret in the place of the one in force.
    func addSecret() async throws(AdapterError) -> ClientSecret {
        let path = "/v2/users/\(URLPart.segment(try await user().userId))/secret"
        let response = try await admin.expect(
            [200, 201], "POST", path, body: Array("{}".utf8), .creation)
        let made = try admin.decode(ZitadelSecret.self, response, .creation)
        guard let secret = made.clientSecret, !secret.isEmpty else {
            throw CallOutcome(adapter: "zitadel").unreadable(
                .creation, "the answer has no secret")
        }
        return ClientSecret(secret)
    }
}
