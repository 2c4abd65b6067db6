import Foundation
import HTTPTypes
import Hummingbird

/// Google Cloud's Secret Manager, to practise on.
struct GoogleSecretService: Sendable {
    static let mount = "/gcp-secrets"
    /// What the practised project is called in names.
    static let projectNumber = "123456789012"
    /// The role that may do everything.
    private static let role = "roles/secretmanager.admin"

    let practice: Practice
    let issuer: TokenIssuer

    static let rateLimited = GoogleError(
        .tooManyRequests, "RESOURCE_EXHAUSTED",
        "Quota exceeded for quota metric 'Secret Manager read requests' of service "
            + "'secretmanager.googleapis.com'.", reason: "RATE_LIMIT_EXCEEDED")

    func add(to router: Router<PracticeContext>) {
        let all = router.group("\(Self.mount)/v1/projects/:project/secrets")
        all.post { try await answer($0, $1, "secrets.create", create) }
        let one = all.group(":secret")
        one.get { try await answer($0, $1, "secrets.get", describe) }
        one.post { try await answer($0, $1, "versions.add", add) }
        let versions = one.group("versions")
        versions.get { try await answer($0, $1, "versions.list", list) }
        let version = versions.group(":version")
        version.get { request, context in
            let isAccess = Self.verb(context.parameters.get("version")).1 == "access"
            return try await answer(
                request, context, isAccess ? "versions.access" : "versions.get",
                isAccess ? access : get)
        }
        version.post { request, context in
            let verb = Self.verb(context.parameters.get("version")).1
            return try await answer(request, context, "versions.\(verb)", change)
        }
    }

    /// One request, once it is known who makes it.
    private struct Call {
        let body: [String: JSONValue]
        let query: [Substring: Substring]
        let secret: String
        let version: String
        /// What stands behind a colon.
        let verb: String
    }

    private typealias Handler = (Call) throws -> Response

    /// What stands in front of the colon, and behind it.
    private static func verb(_ part: String?) -> (String, String) {
        let parts = (part ?? "").split(separator: ":", maxSplits: 1).map(String.init)
        return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }

    private func answer(
        _ request: Request, _ context: PracticeContext, _ right: String, _ handler: Handler
    ) async throws -> Response {
        do {
            let guardian = GoogleIAM(practice: practice, issuer: issuer)
            try await guardian.authorize(request, "secretmanager.\(right)", role: Self.role)
            let project = context.parameters.get("project")
            guard [GoogleVendor.project, Self.projectNumber].contains(project) else {
                throw GoogleError.denied("secretmanager.\(right)")
            }
            let (secret, first) = Self.verb(context.parameters.get("secret"))
            let (version, second) = Self.verb(context.parameters.get("version"))
            let parameters = request.uri.queryParameters
            return try handler(
                Call(
                    body: try await request.json([String: JSONValue].self),
                    query: Dictionary(
                        parameters.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
                    secret: secret, version: version, verb: first + second))
        } catch let error as GoogleError {
            return error.response
        } catch is RequestBodyError {
            return GoogleError.invalid("JSON payload received").response
        }
    }
}

extension GoogleSecretService {
    private func create(_ call: Call) throws -> Response {
        let id = call.query["secretId"].map(String.init) ?? ""
        guard id.wholeMatch(of: /[A-Za-z0-9_-]{1,255}/) != nil else {
            throw GoogleError.invalid("secret_id")
        }
        guard call.body["replication"]?.object != nil else {
            throw GoogleError.invalid("secret.replication")
        }
        let expires = call.body["expireTime"]?.string
        let made = try practice.withState { state throws(GoogleError) in
            guard state.googleSecrets[id] == nil else {
                throw GoogleError(
                    .conflict, "ALREADY_EXISTS", "Secret [\(id)] already exists.")
            }
            var secret = GoogleStoredSecret(id: id, created: state.now)
            secret.expires = expires
            state.googleSecrets[id] = secret
            return secret
        }
        return Reply.json(Self.wire(made))
    }

    private func describe(_ call: Call) throws -> Response {
        Reply.json(Self.wire(try find(call)))
    }

    private func add(_ call: Call) throws -> Response {
        guard call.verb == "addVersion" else { throw GoogleError.notFound }
        let payload = call.body["payload"]
        return try change(call.secret) { secret, now throws(GoogleError) in
            try GoogleSecretRules.add(payload, to: &secret, at: now)
        }
    }

    private func change(_ call: Call) throws -> Response {
        let states: [String: GoogleStoredSecret.State] = [
            "disable": .disabled, "enable": .enabled, "destroy": .destroyed,
        ]
        guard let state = states[call.verb], let number = Int(call.version) else {
            throw GoogleError.notFound
        }
        let etag = call.body["etag"]?.string
        return try change(call.secret) { secret, now throws(GoogleError) in
            try GoogleSecretRules.set(
                state, of: number, expecting: etag, in: &secret, at: now)
        }
    }

    /// The newest first.
    private func list(_ call: Call) throws -> Response {
        let secret = try find(call)
        let wanted = call.query["filter"].map(String.init)?.removingPercentEncoding
        let listed = seen(secret).reversed().filter { version in
            guard let wanted else { return true }
            return wanted == "state:\(version.state.rawValue)"
        }
        var members: [String: JSONValue] = ["totalSize": .integer(Int64(listed.count))]
        if !listed.isEmpty {
            members["versions"] = .array(listed.map { Self.wire($0, of: secret) })
        }
        return Reply.json(JSONValue.object(members))
    }

    private func get(_ call: Call) throws -> Response {
        let secret = try find(call)
        return Reply.json(Self.wire(try version(call, of: secret), of: secret))
    }

    private func access(_ call: Call) throws -> Response {
        let secret = try find(call)
        let version = try version(call, of: secret)
        guard version.state == .enabled else {
            throw GoogleSecretRules.inState(version, of: secret)
        }
        return Reply.json([
            "name": JSONValue.string("\(secret.name)/versions/\(version.number)"),
            "payload": [
                "data": .string(version.data), "dataCrc32c": .string(version.checksum),
            ],
        ])
    }

    /// By its number, which is never behind; or the newest, whatever its state.
    private func version(_ call: Call, of secret: GoogleStoredSecret) throws(GoogleError)
        -> GoogleStoredSecret.Version
    {
        let found =
            call.version == "latest"
            ? seen(secret).last : secret.versions.first { String($0.number) == call.version }
        guard let found else {
            throw GoogleSecretRules.noVersion("\(secret.name)/versions/\(call.version)")
        }
        return found
    }

    private func seen(_ secret: GoogleStoredSecret) -> [GoogleStoredSecret.Version] {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return secret.versions(seenAt: now, lag: lag)
    }

    private func find(_ call: Call) throws(GoogleError) -> GoogleStoredSecret {
        guard let found = practice.withState({ $0.googleSecrets[call.secret] }) else {
            throw Self.unknown(call.secret)
        }
        return found
    }

    private static func unknown(_ id: String) -> GoogleError {
        GoogleError(
            .notFound, "NOT_FOUND",
            "Secret [projects/\(projectNumber)/secrets/\(id)] not found or has no versions.")
    }

    private func change(
        _ id: String,
        _ body:
            @Sendable (inout GoogleStoredSecret, Milliseconds) throws(GoogleError)
            -> GoogleStoredSecret.Version
    ) throws(GoogleError) -> Response {
        let (version, secret) = try practice.withState { state throws(GoogleError) in
            guard var secret = state.googleSecrets[id] else { throw Self.unknown(id) }
            let version = try body(&secret, state.now)
            state.googleSecrets[id] = secret
            return (version, secret)
        }
        return Reply.json(Self.wire(version, of: secret))
    }

    private static func wire(_ secret: GoogleStoredSecret) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(secret.name), "replication": ["automatic": [:]],
            "createTime": .string(secret.created.iso8601), "etag": .string(secret.etag),
        ]
        members["expireTime"] = secret.expires.map { .string($0) }
        return .object(members)
    }

    private static func wire(
        _ version: GoogleStoredSecret.Version, of secret: GoogleStoredSecret
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string("\(secret.name)/versions/\(version.number)"),
            "createTime": .string(version.created.iso8601),
            "state": .string(version.state.rawValue), "replicationStatus": ["automatic": [:]],
            "etag": .string(version.etag),
        ]
        members["destroyTime"] = version.destroyed.map { .string($0.iso8601) }
        // What is false is left out, as in every JSON of a proto.
        members["clientSpecifiedPayloadChecksum"] = version.isChecked ? true : nil
        return .object(members)
    }
}
