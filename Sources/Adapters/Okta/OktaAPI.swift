import Crypto
import FoundationEssentials
import HTTPTransport
import RotationCore

/// A client secret as Okta lists it, without the value.
///
/// The list may show `client_secret` in full. It isn't read here, and the body is dropped.
struct OktaSecret: Decodable {
    let id: String
    let status: String
    let secretHash: String?
    let created: String?

    enum CodingKeys: String, CodingKey {
        case id, status, created
        case secretHash = "secret_hash"
    }

    var isActive: Bool { status == "ACTIVE" }

    /// Whether `secret` has this entry's hash.
    func holds(_ secret: ClientSecret) -> Bool {
        secretHash != nil && secretHash == Self.hash(of: secret)
    }

    /// The left half of SHA-256 in base64url without padding, as in OpenID Connect's `at_hash`.
    ///
    /// Okta doesn't document it; it holds for every pair of secret and hash in its documentation.
    static func hash(of secret: ClientSecret) -> String {
        let digest = secret.withPlaintext { SHA256.hash(data: Data($0.utf8)) }
        // Byte by byte: this is done for each secret of each list.
        let text = Data(digest.prefix(16)).base64EncodedString().utf8.compactMap { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil as UInt8?
            default: byte
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// What Okta answers to a creation, which is the only time that it shows a secret of its making.
private struct OktaMadeSecret: Decodable {
    let clientSecret: String?

    enum CodingKeys: String, CodingKey {
        case clientSecret = "client_secret"
    }
}

/// The part of an application that a rotation depends on.
struct OktaApp: Decodable {
    let id: String
    let status: String
    let credentials: Credentials?

    struct Credentials: Decodable {
        let oauthClient: OAuthClient?
    }

    struct OAuthClient: Decodable {
        let clientID: String?
        let method: String?

        enum CodingKeys: String, CodingKey {
            case clientID = "client_id"
            case method = "token_endpoint_auth_method"
        }
    }
}

/// Okta's error body.
///
/// Most rules share one `errorCode`, so the causes tell them apart.
struct OktaErrorBody: Decodable {
    let errorCode: String
    let errorSummary: String
    let errorCauses: [Cause]?

    struct Cause: Decodable {
        let errorSummary: String
    }

    var text: String {
        let causes = (errorCauses ?? []).map(\.errorSummary).joined(separator: " ")
        return "\(errorCode): \(causes.isEmpty ? errorSummary : causes)"
    }
}

/// Okta's calls about the secrets of one application or one API service integration.
struct OktaAPI: Sendable {
    let admin: AdminAPI
    let appID: String
    let now: @Sendable () -> Instant
    var kind = OktaKind.application

    private var path: String { "\(kind.path)/\(URLPart.segment(appID))" }
    private var secretsPath: String { "\(path)/credentials/secrets" }

    static func words(_ response: HTTPResponse) -> String? {
        (try? response.json(OktaErrorBody.self))?.text
    }

    func app() async throws(AdapterError) -> OktaApp {
        try admin.decode(OktaApp.self, try await call([200], "GET", path, .read), .read)
    }

    func secrets() async throws(AdapterError) -> [OktaSecret] {
        try admin.decode(
            [OktaSecret].self, try await call([200], "GET", secretsPath, .read), .read)
    }

    func create(_ secret: ClientSecret) async throws(AdapterError) -> OktaSecret {
        let body = JSONDocument.object(
            texts: [("client_secret", secret.withPlaintext { $0 }), ("status", "ACTIVE")])
        let response = try await call([200, 201], "POST", secretsPath, body: body, .creation)
        let made = try admin.decode(OktaSecret.self, response, .creation)
        guard made.secretHash == nil || made.holds(secret) else {
            throw CallOutcome(adapter: kind.type).unreadable(
                .creation, "the answer is about another secret")
        }
        return made
    }

    /// Has Okta make a secret.
    func create() async throws(AdapterError) -> (made: OktaSecret, value: ClientSecret) {
        let response = try await makingRoom()
        let made = try admin.decode(OktaSecret.self, response, .creation)
        let shown = try admin.decode(OktaMadeSecret.self, response, .creation).clientSecret
        let value = ClientSecret(shown ?? "")
        // Where it is masked as in a list, the value is lost.
        guard shown?.isEmpty == false, made.secretHash == nil || made.holds(value) else {
            throw CallOutcome(adapter: kind.type).unreadable(
                .creation, "the answer doesn't show the secret")
        }
        return (made, value)
    }

    /// How Okta words its limit here isn't documented, so a refusal is told by the list.
    private func makingRoom() async throws(AdapterError) -> HTTPResponse {
        do throws(AdapterError) {
            return try await call([200, 201], "POST", secretsPath, .creation)
        } catch {
            guard error.kind == .refused,
                let listed = try? await secrets(), listed.count >= kind.capabilities.limit
            else { throw error }
            throw AdapterError(
                .limitReached, code: "\(kind.type)-limit-reached", message: error.message)
        }
    }

    func setActive(_ isActive: Bool, _ id: CredentialID) async throws(AdapterError) {
        let verb = isActive ? "activate" : "deactivate"
        let path = "\(secretsPath)/\(URLPart.segment(id.rawValue))/lifecycle/\(verb)"
        _ = try await call([200, 204], "POST", path, .repeatable)
    }

    func delete(_ id: CredentialID) async throws(AdapterError) {
        let path = "\(secretsPath)/\(URLPart.segment(id.rawValue))"
        _ = try await call([200, 204, 404], "DELETE", path, .repeatable)
    }

    private func call(
        _ statuses: Set<Int>, _ method: String, _ path: String, body: [UInt8]? = nil,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        guard !statuses.contains(response.status) else { return response }
        let error = admin.error(response, effect)
        switch response.status {
        case 400 where error.message.contains("maximum number of client secrets"):
            throw AdapterError(
                .limitReached, code: "\(kind.type)-limit-reached", message: error.message)
        case 400 where error.message.contains("only active client secret"):
            throw AdapterError(
                .refused, code: "\(kind.type)-only-active", message: error.message)
        case 429:
            throw AdapterError(
                .unavailable(
                    retryAfter: CallOutcome.wait(
                        until: "X-Rate-Limit-Reset", in: response.headers, at: now())),
                code: error.code, message: error.message)
        default: throw error
        }
    }
}
