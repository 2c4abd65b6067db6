import HTTPTransport
import RotationCore

/// An application as it is listed; with its secret in the answer to its renewal only.
struct GitLabApplication: Decodable {
    /// The number that the calls name it by, which isn't the client id.
    let id: Int
    let clientID: String
    let confidential: Bool?
    let secret: String?

    enum CodingKeys: String, CodingKey {
        case id, confidential, secret
        case clientID = "application_id"
    }
}

/// GitLab's error body: a message, or one from the token's check.
struct GitLabErrorBody: Decodable {
    let message: String?
    let error: String?
    let description: String?

    enum CodingKeys: String, CodingKey {
        case message, error
        case description = "error_description"
    }
}

/// Calls of GitLab's Applications API about one application.
struct GitLabAPI: Sendable {
    let admin: AdminAPI
    let clientID: String

    /// More pages than an instance has; a list that never ends isn't followed for ever.
    private static let mostPages = 1_000

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(GitLabErrorBody.self) else { return nil }
        let said = [body.message, body.error, body.description].compactMap { $0 }
        return said.isEmpty ? nil : said.joined(separator: ": ")
    }

    /// The application with the plan's client id, of all that there are: none can be asked for
    /// alone.
    func application() async throws(AdapterError) -> GitLabApplication {
        var page = 1
        while page <= Self.mostPages {
            let path = "/api/v4/applications?per_page=100&page=\(page)"
            let response = try await admin.expect([200], "GET", path, .read)
            let listed = try admin.decode([GitLabApplication].self, response, .read)
            if let ours = listed.first(where: { $0.clientID == clientID }) { return ours }
            // Older ones give all at once, and no number.
            guard let next = response.headers["X-Next-Page"].flatMap({ Int($0) }), next > page
            else { break }
            page = next
        }
        throw AdapterError(
            .missing, code: "gitlab-application-missing",
            message: "gitlab: there is no instance-wide application with the client id "
                + safeText(clientID))
    }

    /// Makes another secret in the place of the one in force.
    func renew() async throws(AdapterError) -> ClientSecret {
        let id = try await application().id
        let response = try await admin.send(
            "POST", "/api/v4/applications/\(id)/renew-secret", .creation)
        guard [200, 201].contains(response.status) else { throw refusal(response) }
        let renewed = try admin.decode(GitLabApplication.self, response, .creation)
        guard renewed.clientID == clientID, let secret = renewed.secret, !secret.isEmpty else {
            throw CallOutcome(adapter: "gitlab").unreadable(
                .creation, "the answer is about another application, or without its secret")
        }
        return ClientSecret(secret)
    }

    /// Of the application GitLab says that it isn't found, and of a path without its name.
    private func refusal(_ response: HTTPResponse) -> AdapterError {
        let error = admin.error(response, .creation)
        guard response.status == 404, let body = try? response.json(GitLabErrorBody.self),
            body.message == nil
        else { return error }
        return AdapterError(
            .refused, code: "gitlab-too-old",
            message: "gitlab: HTTP 404: this version can't renew secrets")
    }
}
