import HTTPTransport
import RotationCore

/// A credential of an OAuth client; its value is shown at its creation, and to who asks for it
/// alone.
struct GoogleCredential: Decodable {
    /// `projects/{}/locations/{}/oauthClients/{}/credentials/{id}`.
    let name: String
    let displayName: String?
    let disabled: Bool?
    let clientSecret: String?

    var id: String { String(name.split(separator: "/").last ?? "") }
    var isEnabled: Bool { disabled != true }
    var value: ClientSecret? { clientSecret.flatMap { $0.isEmpty ? nil : ClientSecret($0) } }
}

/// The part of an OAuth client that a rotation depends on.
struct GoogleOAuthClient: Decodable {
    let name: String
    let clientId: String?
    let clientType: String?
    let disabled: Bool?
    let state: String?
    let allowedRedirectUris: [String]?
}

/// Google's error body (AIP-193).
struct GoogleErrorBody: Decodable {
    let error: Details

    struct Details: Decodable {
        let message: String?
        let status: String?
        let details: [Detail]?
    }

    /// An `ErrorInfo`, as far as it says why.
    struct Detail: Decodable {
        let reason: String?
    }
}

/// IAM's calls about the credentials of one OAuth client.
struct GoogleAPI: Sendable {
    let admin: AdminAPI
    /// `/v1/projects/{}/locations/global/oauthClients/{}`.
    let path: String

    static func words(_ response: HTTPResponse) -> String? {
        guard let error = (try? response.json(GoogleErrorBody.self))?.error else { return nil }
        let reasons = (error.details ?? []).compactMap(\.reason)
        let code = ([error.status ?? ""] + reasons).filter { !$0.isEmpty }.joined(separator: " ")
        return "\(code): \(error.message ?? "")"
    }

    func client() async throws(AdapterError) -> GoogleOAuthClient {
        let response = try await call("GET", path, .read, right: "iam.oauthClients.get")
        return try admin.decode(GoogleOAuthClient.self, response, .read)
    }

    /// What exists, without the values.
    func list() async throws(AdapterError) -> [GoogleCredential] {
        struct Answer: Decodable {
            let oauthClientCredentials: [GoogleCredential]?
        }
        let response = try await call(
            "GET", "\(path)/credentials", .read, right: Self.right("list"))
        return try admin.decode(Answer.self, response, .read).oauthClientCredentials ?? []
    }

    /// What exists, each with its value where the login may see that.
    func credentials() async throws(AdapterError) -> [GoogleCredential] {
        var found: [GoogleCredential] = []
        for listed in try await list() {
            if listed.clientSecret != nil {
                found.append(listed)
            } else if let shown = try await credential(listed) {
                found.append(shown)
            }
        }
        return found
    }

    /// One by itself; as it was listed where it may not be read, nil where it is gone.
    private func credential(_ listed: GoogleCredential) async throws(AdapterError)
        -> GoogleCredential?
    {
        let response = try await admin.send("GET", path(of: listed.id), .read)
        switch response.status {
        case 200: return try admin.decode(GoogleCredential.self, response, .read)
        case 403: return listed
        case 404: return nil
        default: throw admin.error(response, .read)
        }
    }

    func create(_ id: String) async throws(AdapterError) -> GoogleCredential {
        let body = Array(#"{"displayName":"made by Holdover","disabled":false}"#.utf8)
        let response = try await call(
            "POST", "\(path)/credentials?oauthClientCredentialId=\(URLPart.segment(id))",
            body: body, .creation, also: [409], right: Self.right("create"))
        if response.status == 409 {
            guard Self.words(response)?.hasPrefix("ALREADY_EXISTS") == true else {
                throw admin.error(response, .creation)
            }
            // An attempt of ours, since each has an id of its own: it happened after all.
            throw AdapterError(
                .unknown, code: "google-id-taken",
                message: "google: there is a credential \(safeText(id)) already")
        }
        let made = try admin.decode(GoogleCredential.self, response, .creation)
        guard made.id == id, made.value != nil else {
            throw CallOutcome(adapter: "google").unreadable(
                .creation, "the answer is about another credential, or without its value")
        }
        return made
    }

    func setDisabled(_ isDisabled: Bool, _ id: String) async throws(AdapterError) {
        let body = Array(#"{"disabled":\#(isDisabled)}"#.utf8)
        _ = try await call(
            "PATCH", "\(path(of: id))?updateMask=disabled", body: body, .repeatable,
            right: Self.right("update"))
    }

    func delete(_ id: String) async throws(AdapterError) {
        _ = try await call(
            "DELETE", path(of: id), .repeatable, also: [204, 404], right: Self.right("delete"))
    }

    private static func right(_ verb: String) -> String { "iam.oauthClientCredentials.\(verb)" }

    /// One call; where it is forbidden, with the right that it needs, which Google names in words
    /// that are too long to be shown.
    private func call(
        _ method: String, _ path: String, body: [UInt8]? = nil, _ effect: CallEffect,
        also statuses: Set<Int> = [], right: String
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        guard response.status != 200, !statuses.contains(response.status) else { return response }
        let error = admin.error(response, effect)
        guard response.status == 403 else { throw error }
        throw AdapterError(
            error.kind, code: error.code, message: "\(error.message); it takes \(right)")
    }

    private func path(of id: String) -> String { "\(path)/credentials/\(URLPart.segment(id))" }
}
