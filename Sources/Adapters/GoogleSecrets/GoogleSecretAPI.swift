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
    /// number as soon as it was made, and numbers have no gaps: so the next ones are asked for,
    /// also where `latest` is one that was disabled since.
    func newest() async throws(AdapterError) -> Version {
        try await newest(from: look("latest"))
    }

    /// The newest version, at least `shown`; throws where it is disabled or destroyed.
    func newest(from shown: Version) async throws(AdapterError) -> Version {
        try await newest(from: .shown(shown))
    }

    private func newest(from start: GoogleSecretLook) async throws(AdapterError) -> Version {
        var newest = start
        for _ in 1...100 {
            // One that is behind may have been disabled since, and one in between too.
            let number = try newest.number
            let next = try await look(String(number + 1))
            if case .absent = next { return try newest.found() }
            newest = next
        }
        throw outcome.unreadable(.read, "there is one version after the other")
    }

    /// A version by its number; nil where there is none.
    ///
    /// Throws where it is disabled or destroyed.
    func version(_ number: Int) async throws(AdapterError) -> Version? {
        let seen = try await look(String(number))
        if case .absent = seen { return nil }
        return try seen.found()
    }

    /// Asks for a version by its number, or for `latest`.
    private func look(_ name: String) async throws(AdapterError) -> GoogleSecretLook {
        struct Answer: Decodable {
            let name: String
            let payload: Payload

            struct Payload: Decodable {
                let data: String?
                /// An int64, which JSON of a proto has as a string.
                let dataCrc32c: String?
            }
        }
        let response = try await admin.send("GET", "\(path)/versions/\(name):access", .read)
        guard response.status == 200 else {
            let error = failure(response, .read, right: "versions.access")
            guard error.kind != .missing else {
                return .absent(
                    AdapterError(
                        .missing, code: error.code,
                        message: "\(admin.login.adapter): there is no such secret, or it has no "
                            + "version yet"))
            }
            guard error.code == notEnabled else { throw error }
            return .hidden(Int(name) ?? Self.number(in: response), error)
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
        return .shown(Version(parent: parent, number: number, content: Array(data)))
    }

    /// Which version an error speaks of: `Secret Version [projects/1/secrets/s/versions/3] is …`.
    ///
    /// Only where to go on asking: what there is, the next numbers say.
    private static func number(in response: HTTPResponse) -> Int? {
        let words = (try? response.json(GoogleErrorBody.self))?.error.message ?? ""
        guard let place = words.firstRange(of: "/versions/") else { return nil }
        return Int(words[place.upperBound...].prefix { ("0"..."9").contains($0) })
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
        throw failure(response, effect, right: right)
    }

    private var notEnabled: String { "\(admin.login.adapter)-not-enabled" }

    private func failure(_ response: HTTPResponse, _ effect: CallEffect, right: String)
        -> AdapterError
    {
        let error = admin.error(response, effect)
        if response.status == 403 {
            return AdapterError(
                error.kind, code: error.code,
                message: "\(error.message); it takes secretmanager.\(right)")
        }
        let said = (try? response.json(GoogleErrorBody.self))?.error
        guard response.status == 400, said?.status == "FAILED_PRECONDITION" else { return error }
        // The one precondition of what is called here: a version that is enabled.
        return AdapterError(
            .refused, code: notEnabled,
            message: "\(error.message); the newest version must be enabled, or another be added")
    }
}
