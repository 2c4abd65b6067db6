import HTTPTransport
import RotationCore

/// Barbican's calls about the secrets of one name.
///
/// Source: answers of Barbican 23.0.0, and the Key Manager API reference.
struct BarbicanAPI: Sendable {
    let admin: AdminAPI
    /// The name that the secrets have.
    let name: String

    /// All secrets of the name, without what they hold.
    struct Listing: Sendable {
        let secrets: [BarbicanSecret]
        /// The second in which the service answered, by its own clock.
        let second: Instant?
    }

    /// How many secrets a page of a list has at most.
    private static let page = 100

    private var outcome: CallOutcome { CallOutcome(adapter: admin.login.adapter) }

    /// All secrets of the name, the newest first as the service sees it.
    func secrets() async throws(AdapterError) -> Listing {
        struct Page: Decodable {
            let secrets: [BarbicanSecret]
            let total: Int?
        }
        var found: [String: BarbicanSecret] = [:]
        var second: Instant?
        for number in 0..<50 {
            let response = try await call(
                "GET",
                "/v1/secrets?name=\(URLPart.segment(name))&sort=created:desc&limit=\(Self.page)"
                    + "&offset=\(number * Self.page)", .read)
            let page = try admin.decode(Page.self, response, .read)
            second = second ?? Self.second(response.headers["Date"])
            for secret in page.secrets {
                guard let id = secret.id, secret.moment != nil else {
                    throw outcome.unreadable(.read, "a secret of the list has no id or no date")
                }
                // Barbican compares as SQL's LIKE does.
                if secret.name == name { found[id] = secret }
            }
            guard page.secrets.count == Self.page else {
                return Listing(secrets: Array(found.values), second: second)
            }
        }
        throw outcome.unreadable(.read, "there are more than 5,000 secrets of that name")
    }

    /// What a secret holds.
    func payload(of id: String, as form: BarbicanSecret.Form) async throws(AdapterError) -> [UInt8]
    {
        let response = try await call(
            "GET", "/v1/secrets/\(id)/payload", headers: ["Accept": form.rawValue], .read)
        return response.body
    }

    /// Whether everybody of the project may read a secret, and nobody else, as with a new one.
    func isOpen(_ id: String) async throws(AdapterError) -> Bool {
        struct Answer: Decodable {
            struct Rule: Decodable {
                let access: Bool?
                let users: [String]?

                enum CodingKeys: String, CodingKey {
                    case access = "project-access"
                    case users
                }
            }
            let read: Rule?
        }
        let response = try await call("GET", "/v1/secrets/\(id)/acl", .read)
        let rule = try admin.decode(Answer.self, response, .read).read
        return rule?.access ?? true && rule?.users?.isEmpty ?? true
    }

    /// Whether people put metadata of their own beside a secret.
    func hasMetadata(_ id: String) async throws(AdapterError) -> Bool {
        struct Answer: Decodable { let metadata: [String: String] }
        let response = try await call("GET", "/v1/secrets/\(id)/metadata", .read)
        return try admin.decode(Answer.self, response, .read).metadata.isEmpty == false
    }

    /// How many more secrets the project may have; nil where there is no limit.
    func room() async throws(AdapterError) -> Int? {
        struct Quotas: Decodable {
            struct Limits: Decodable { let secrets: Int }
            let quotas: Limits
        }
        struct Page: Decodable { let total: Int }
        let answer = try await call("GET", "/v1/quotas", .read)
        let limit = try admin.decode(Quotas.self, answer, .read).quotas.secrets
        guard limit >= 0 else { return nil }
        let list = try await call("GET", "/v1/secrets?limit=1", .read)
        return limit - (try admin.decode(Page.self, list, .read).total)
    }

    /// Makes a secret from `body`, and gives the id that it got.
    ///
    /// Not idempotent: each call makes another one.
    func add(_ body: [UInt8]) async throws(AdapterError) -> String {
        struct Answer: Decodable {
            let reference: String

            enum CodingKeys: String, CodingKey { case reference = "secret_ref" }
        }
        let response = try await call("POST", "/v1/secrets", body: body, .creation)
        let made = try admin.decode(Answer.self, response, .creation)
        guard let id = BarbicanSecret.id(of: made.reference) else {
            throw outcome.unreadable(.creation, "the answer names no secret")
        }
        return id
    }

    private func call(
        _ method: String, _ path: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        _ effect: CallEffect
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, headers: headers, body: body, effect)
        guard response.status != (effect == .read ? 200 : 201) else { return response }
        throw error(response, effect)
    }
}

extension BarbicanAPI {
    /// The version that tells who uses a secret; a service that knows it not answers without.
    static let version: HTTPHeaders = ["OpenStack-API-Version": "key-manager 1.1"]

    /// `{"code","title","description"}`, or Keystone's `{"error":{"title","message"}}`.
    private struct Failure: Decodable {
        let title: String?
        let description: String?
        let error: Details?

        struct Details: Decodable {
            let title: String?
            let message: String?
        }
    }

    /// The server's own words in an error's body.
    static func words(_ response: HTTPResponse) -> String? {
        guard let failure = try? response.json(Failure.self),
            let title = failure.title ?? failure.error?.title
        else { return nil }
        return "\(title): \(failure.description ?? failure.error?.message ?? "")"
    }

    private func error(_ response: HTTPResponse, _ effect: CallEffect) -> AdapterError {
        let plain = admin.error(response, effect)
        let words = Self.words(response) ?? ""
        let known: (kind: AdapterError.Kind, code: String, advice: String)
        switch response.status {
        case 403 where words.contains("quota"):
            known = (
                .refused, "quota",
                "the project may have no more secrets: delete old ones, or have its quota raised"
            )
        case 403: known = (.unauthorized, "forbidden", "it takes the role member in the project")
        case 404 where words.contains("no payload"):
            known = (.refused, "no-payload", "nothing was ever put into the newest secret")
        case 413: known = (.refused, "too-big", "the service takes no secret as long as that")
        default: return plain
        }
        return AdapterError(
            known.kind, code: "\(admin.login.adapter)-\(known.code)",
            message: "\(plain.message); \(known.advice)")
    }

    /// A `Date` field (RFC 9110 §5.6.7): `Fri, 27 Nov 2026 22:01:16 GMT`; nil for anything else.
    static func second(_ text: String?) -> Instant? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let parts = text?.split(separator: " ") ?? []
        guard parts.count == 6, parts[5] == "GMT",
            let month = months.firstIndex(where: { $0 == parts[2] })
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Instant(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
