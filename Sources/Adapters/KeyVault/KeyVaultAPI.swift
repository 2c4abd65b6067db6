import HTTPTransport
import RotationCore

/// Key Vault's calls about one secret.
///
/// Source: requests of Microsoft's azure-keyvault-secrets 4.12.0, and the REST reference.
struct KeyVaultAPI: Sendable {
    let admin: AdminAPI
    /// The secret's name in the vault.
    let secret: String

    /// The version of the API that is spoken.
    static let version = "2026-04-01"
    /// How many bytes a value may have.
    static let cap = 25_600

    private static let query = "?api-version=\(version)"
    private var path: String { "/secrets/\(URLPart.segment(secret))" }
    /// The vault's address as ids spell it; links have the port too.
    private var base: String { URLPart.withoutUsualPort(admin.address) }
    /// What the ids of the secret's versions begin with; names are the same in every case.
    private var stem: String { "\(identity)/" }
    private var outcome: CallOutcome { CallOutcome(adapter: admin.login.adapter) }

    /// Names it the way that ids do, without a version.
    var identity: String { "\(base)\(path)".lowercased() }

    /// The newest version, which consumers read; throws where it is disabled.
    func newest() async throws(AdapterError) -> KeyVaultVersion {
        try await shown("\(path)/")
    }

    /// One version by its name.
    func version(_ name: String) async throws(AdapterError) -> KeyVaultVersion {
        try await shown("\(path)/\(URLPart.segment(name))")
    }

    private func shown(_ path: String) async throws(AdapterError) -> KeyVaultVersion {
        let response = try await call("GET", path + Self.query, .read, right: "get")
        let found = try admin.decode(KeyVaultVersion.self, response, .read)
        guard isOurs(found) else {
            throw AdapterError(
                .wrongTarget, code: "\(admin.login.adapter)-other-secret",
                message: "\(admin.login.adapter): the secret that answers is \(safeText(found.id))")
        }
        return found
    }

    private func isOurs(_ version: KeyVaultVersion) -> Bool {
        let id = URLPart.withoutUsualPort(version.id).lowercased()
        return id.hasPrefix(stem) && !id.dropFirst(stem.count).isEmpty
            && !id.dropFirst(stem.count).contains("/")
    }

    /// All versions in no order, and without what they hold; none where there is no such secret.
    func versions() async throws(AdapterError) -> [KeyVaultVersion] {
        struct Page: Decodable {
            let value: [KeyVaultVersion]?
            let nextLink: String?
        }
        var all: [KeyVaultVersion] = []
        var next = "\(path)/versions\(Self.query)"
        for _ in 1...200 {
            let response = try await call("GET", next, .read, right: "list")
            let page = try admin.decode(Page.self, response, .read)
            all += (page.value ?? []).filter(isOurs)
            guard let link = page.nextLink, !link.isEmpty else { return all }
            // The access token goes to this vault and to nobody else.
            let plain = URLPart.withoutUsualPort(link)
            guard plain.lowercased().hasPrefix("\(stem)versions?") else {
                throw outcome.unreadable(.read, "the list of versions goes on elsewhere")
            }
            next = String(plain.dropFirst(base.count))
        }
        throw outcome.unreadable(.read, "the list of versions doesn't end")
    }

    /// Makes a version from `body`, and gives the name that it got.
    ///
    /// Not idempotent: each call makes another one.
    func put(_ body: [UInt8]) async throws(AdapterError) -> String {
        let response = try await call("PUT", path + Self.query, body: body, .creation, right: "set")
        let made = try admin.decode(KeyVaultVersion.self, response, .creation)
        guard isOurs(made) else {
            throw outcome.unreadable(.creation, "the answer is about another secret")
        }
        return made.version
    }

    private func call(
        _ method: String, _ path: String, body: [UInt8]? = nil, _ effect: CallEffect, right: String
    ) async throws(AdapterError) -> HTTPResponse {
        let response = try await admin.send(method, path, body: body, effect)
        guard response.status != 200 else { return response }
        throw error(response, effect, right: right)
    }
}

extension KeyVaultAPI {
    /// `{"error":{"code","message","innererror":{"code"}}}`; the last in two spellings.
    private struct Failure: Decodable {
        let error: Details

        struct Details: Decodable {
            let code: String?
            let message: String?
            let innererror: Inner?
            let innerError: Inner?
        }

        struct Inner: Decodable {
            let code: String?
        }

        init?(_ response: HTTPResponse) {
            guard let body = try? response.json(Failure.self) else { return nil }
            self = body
        }

        var inner: String? { error.innererror?.code ?? error.innerError?.code }
    }

    /// The server's own words in an error's body.
    static func words(_ response: HTTPResponse) -> String? {
        guard let failure = Failure(response) else { return nil }
        let code = [failure.error.code, failure.inner].compactMap { $0 }.joined(separator: " ")
        return "\(code): \(failure.error.message ?? "")"
    }

    private func error(_ response: HTTPResponse, _ effect: CallEffect, right: String)
        -> AdapterError
    {
        let plain = admin.error(response, effect)
        // Beyond 4xx a name proves nothing: whoever is in between may have put it there.
        guard [403, 404, 409].contains(response.status), let failure = Failure(response),
            let (kind, code, advice) = Self.rule(response.status, failure, right)
        else { return plain }
        return AdapterError(
            kind, code: "\(admin.login.adapter)-\(code)", message: "\(plain.message); \(advice)")
    }

    private typealias Verdict = (kind: AdapterError.Kind, code: String, advice: String)

    private static func rule(_ status: Int, _ failure: Failure, _ right: String) -> Verdict? {
        switch (status, failure.inner) {
        case (403, "SecretDisabled"):
            return (.refused, "disabled", "the newest version is disabled, and nobody can read it")
        case (403, "ForbiddenByRbac"):
            let actions = ["get": "getSecret", "set": "setSecret", "list": "readMetadata"]
            return (
                .unauthorized, "forbidden-by-rbac",
                "it takes a role with the data action secrets/\(actions[right] ?? right)"
            )
        case (403, "ForbiddenByPolicy"), (403, "AccessDenied"):
            return (
                .unauthorized, "forbidden-by-policy",
                "it takes the secret permission \(right) in the vault's access policies"
            )
        case (403, "ForbiddenByConnection"), (403, "ForbiddenByFirewall"):
            return (
                .unauthorized, "forbidden-by-network",
                "the vault's network rules let nobody in from here"
            )
        case (404, _):
            return (.missing, "not-found", "it was never there, or was deleted: recover it then")
        case (409, "ObjectIsDeletedButRecoverable"), (409, "ObjectIsBeingDeleted"):
            return (.refused, "deleted", "the secret was deleted: recover it first")
        case (409, "ObjectIsBeingRecovered"):
            return (
                .unavailable(retryAfter: nil), "being-recovered", "the secret is being recovered"
            )
        default: return nil
        }
    }
}
