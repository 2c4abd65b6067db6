import FoundationEssentials
import HTTPTransport
import RotationCore

/// Secret Manager's calls about one secret.
///
/// Source: requests of Google's google-cloud-secret-manager 2.32.0, and the REST reference.
struct GoogleSecretAPI: Sendable {
    let admin: AdminAPI
    /// `/v1/projects/{}/secrets/{}`.
    let path: String
    /// The secret's id, with which the names of versions end before their numbers.
    let secret: String

    /// How many bytes a payload may have.
    static let cap = 65_536

    /// A version with what it holds.
    struct Version: Sendable {
        /// `projects/{number}/secrets/{id}`.
        let parent: String
        let number: Int
        let content: [UInt8]
    }

    /// What is known of the secret itself.
    struct Description: Decodable, Sendable {
        let name: String
        /// When it is deleted with all its versions.
        let expireTime: String?
    }

    private var outcome: CallOutcome { CallOutcome(adapter: admin.login.adapter) }

    func description() async throws(AdapterError) -> Description {
        let response = try await call("GET", path, .read, right: "secrets.get")
        return try admin.decode(Description.self, response, .read)
    }

    /// The newest version; throws where there is none, or no such secret.
    ///
    /// `latest` may be hours behind, and so may lists. A version is there for who asks by its
    /// number as soon as it was made, and numbers have no gaps: so the next ones are asked for.
    func newest() async throws(AdapterError) -> Version {
        guard let shown = try await version("latest") else {
            throw AdapterError(
                .missing, code: "\(admin.login.adapter)-not-found",
                message: "\(admin.login.adapter): there is no such secret, or it has no version "
                    + "yet")
        }
        return try await newest(from: shown)
    }

    /// The newest version, at least `shown`.
    func newest(from shown: Version) async throws(AdapterError) -> Version {
        var newest = shown
        for _ in 1...100 {
            guard let next = try await version(String(newest.number + 1)) else { return newest }
            newest = next
        }
        throw outcome.unreadable(.read, "there is one version after the other")
    }

    /// A version by its number, or `latest`; nil where there is none.
    ///
    /// Throws where it is disabled or destroyed.
    func version(_ name: String) async throws(AdapterError) -> Version? {
        struct Answer: Decodable {
            let name: String
            let payload: Payload

            struct Payload: Decodable {
                let data: String?
                /// An int64, which JSON of a proto has as a string.
                let dataCrc32c: String?
            }
        }
        let response: HTTPResponse
        do throws(AdapterError) {
            response = try await call(
                "GET", "\(path)/versions/\(name):access", .read, right: "versions.access")
        } catch {
            guard error.kind == .missing else { throw error }
            return nil
        }
        let answer = try admin.decode(Answer.self, response, .read)
        let (parent, number) = try place(answer.name, .read)
        guard let data = Data(base64Encoded: answer.payload.data ?? "") else {
            throw outcome.unreadable(.read, "the payload is no Base64")
        }
        if let sum = answer.payload.dataCrc32c, sum != String(CRC32C.of(data)) {
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "\(admin.login.adapter)-corrupted",
                message: "\(admin.login.adapter): the payload doesn't have its checksum")
        }
        return Version(parent: parent, number: number, content: Array(data))
    }

    /// Makes a version that holds `content`, and gives its number.
    ///
    /// Not idempotent: each call makes another one.
    func add(_ content: [UInt8]) async throws(AdapterError) -> Int {
        struct Answer: Decodable { let name: String }
        let body =
            #"{"payload":{"data":"\#(Data(content).base64EncodedString())","#
            + #""dataCrc32c":"\#(CRC32C.of(content))"}}"#
        let response = try await call(
            "POST", "\(path):addVersion", body: Array(body.utf8), .creation, right: "versions.add")
        let name = try admin.decode(Answer.self, response, .creation).name
        return try place(name, .creation).number
    }

    /// The secret and the number that the name of a version says.
    private func place(_ name: String, _ effect: CallEffect)
        throws(AdapterError) -> (parent: String, number: Int)
    {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "projects", parts[2] == "secrets",
            parts[4] == "versions", let number = Int(parts[5]), (1..<1_000_000_000) ~= number
        else { throw outcome.unreadable(effect, "the answer names no version") }
        guard parts[3] == secret else {
            throw outcome.unreadable(effect, "the answer is about another secret")
        }
        return (parts[..<4].joined(separator: "/"), number)
    }

    /// One call; where it is forbidden, with the right that it needs.
    private func call(
        _ method: String, _ path: String, body: [UInt8]? = nil, _ effect: CallEffect, right: String
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        guard response.status != 200 else { return response }
        let error = admin.error(response, effect)
        if response.status == 403 {
            throw AdapterError(
                error.kind, code: error.code,
                message: "\(error.message); it takes secretmanager.\(right)")
        }
        let said = (try? response.json(GoogleErrorBody.self))?.error
        guard response.status == 400, said?.status == "FAILED_PRECONDITION" else { throw error }
        // The one precondition of what is called here: a version that is enabled.
        throw AdapterError(
            .refused, code: "\(admin.login.adapter)-not-enabled",
            message: "\(error.message); the newest version must be enabled, or another be added")
    }
}
