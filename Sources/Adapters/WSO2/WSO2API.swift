import HTTPTransport
import RotationCore

/// A client secret as WSO2 lists it; times in seconds since 1970, 0 for never.
struct WSO2Secret: Decodable {
    let secretId: String
    /// As it is kept: in clear, or hashed, or not shown.
    let secretValue: String?
    let expiresAt: Int64
    let createdAt: Int64?
    let status: String
    /// Whether it is the newest, which is never deleted.
    let latest: Bool

    /// When the server stops accepting it by itself; nil is never.
    var end: Instant? { Self.moment(expiresAt) }
    var made: Instant? { createdAt.flatMap(Self.moment) }

    /// Whether it is accepted, as far as its time goes.
    func isActive(at now: Instant) -> Bool {
        status == "ACTIVE" && end.map { $0 > now } ?? true
    }

    /// Whether what is shown is `secret` in clear.
    func shows(_ secret: ClientSecret) -> Bool {
        secretValue.map { secret.matches(ClientSecret($0)) } ?? false
    }

    private static func moment(_ seconds: Int64) -> Instant? {
        guard (1...4_102_444_800).contains(seconds) else { return nil }
        return Instant(milliseconds: seconds * 1_000)
    }
}

/// The list of an application's client secrets.
private struct WSO2SecretList: Decodable {
    let count: Int?
    let list: [WSO2Secret]
}

/// A page of the list of applications.
private struct WSO2Applications: Decodable {
    let applications: [Entry]?

    struct Entry: Decodable {
        let id: String
        let clientId: String?
    }
}

/// WSO2's error body.
private struct WSO2ErrorBody: Decodable {
    let code: String
    let message: String?
    let description: String?
}

/// Calls of WSO2 Identity Server's application management API about the secrets of one application.
struct WSO2API: Sendable {
    let admin: AdminAPI
    let clientID: String
    /// The application's id, where the plan names it.
    let application: String?
    let now: @Sendable () -> Instant

    static let create = "internal_application_mgt_client_secret_create"
    static let view = "internal_application_mgt_client_secret_view"
    static let delete = "internal_application_mgt_client_secret_delete"
    static let find = "internal_application_mgt_view"

    /// What an admin must be given; finding the application is spared by naming it.
    static func scopes(isNamed: Bool) -> [String] {
        [create, view, delete] + (isNamed ? [] : [find])
    }

    static func words(_ response: HTTPResponse) -> String? {
        guard let body = try? response.json(WSO2ErrorBody.self) else { return nil }
        let said = [body.message, body.description].compactMap { $0 }
        return "\(body.code): \(said.joined(separator: " "))"
    }

    /// The application's id: the plan's, else that of the one with the plan's client id.
    func applicationID() async throws(AdapterError) -> String {
        if let application { return application }
        let filter = URLPart.segment("clientId eq \(clientID)")
        let path = "/api/server/v1/applications?filter=\(filter)&attributes=clientId"
        let response = try await admin.expect([200], "GET", path, .read)
        let found = try admin.decode(WSO2Applications.self, response, .read).applications ?? []
        // Where the client id isn't shown, the filter is believed.
        let ours = found.filter { $0.clientId == nil || $0.clientId == clientID }
        guard let one = ours.first, ours.count == 1 else {
            throw AdapterError(
                .missing, code: "wso2-application-missing",
                message: "wso2: there are \(ours.count) applications with the client id "
                    + "\(safeText(clientID))")
        }
        return one.id
    }

    private func path(_ secret: String? = nil) async throws(AdapterError) -> String {
        let id = URLPart.segment(try await applicationID())
        let all = "/api/server/v1/applications/\(id)/inbound-protocols/oidc/secrets"
        return secret.map { "\(all)/\(URLPart.segment($0))" } ?? all
    }

    func secrets() async throws(AdapterError) -> [WSO2Secret] {
        let response = try await admin.expect([200], "GET", try await path(), .read)
        let page = try admin.decode(WSO2SecretList.self, response, .read)
        // A part must not be taken for the whole: what isn't listed counts as gone.
        guard page.count ?? page.list.count == page.list.count else {
            throw CallOutcome(adapter: "wso2").unreadable(.read, "the list is not whole")
        }
        return page.list
    }

    /// Makes a secret that ends at `end`; nil is never.
    func create(until end: Instant?) async throws(AdapterError) -> WSO2Secret {
        let body = end.map { #"{"expiresAt":\#($0.milliseconds / 1_000)}"# } ?? "{}"
        let path = try await path()
        let response = try await admin.send("POST", path, body: Array(body.utf8), .creation)
        if response.status == 409 {
            throw AdapterError(
                .limitReached, code: "wso2-limit-reached",
                message: "wso2: \(safeText(Self.words(response) ?? "the limit is reached"))")
        }
        guard [200, 201].contains(response.status) else { throw admin.error(response, .creation) }
        let made = try admin.decode(WSO2Secret.self, response, .creation)
        guard let value = made.secretValue, !value.isEmpty else {
            throw CallOutcome(adapter: "wso2").unreadable(
                .creation, "there is no value in the answer")
        }
        return made
    }

    /// Deletes a secret; false where the server refuses, since it would be the last active one.
    func delete(_ secret: String) async throws(AdapterError) -> Bool {
        let response = try await admin.send("DELETE", try await path(secret), .repeatable)
        switch response.status {
        case 200, 204: return true
        case 409: return false
        case 404:
            // Said of an application that is gone as well, which must not look like success.
            if try await secrets().contains(where: { $0.secretId == secret }) {
                throw admin.error(response, .repeatable)
            }
            return true
        default: throw admin.error(response, .repeatable)
        }
    }
}
