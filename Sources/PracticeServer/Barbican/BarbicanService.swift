import Foundation
import HTTPTypes
import Hummingbird

/// OpenStack's Barbican with the secrets of one project, to practise on.
struct BarbicanService: Sendable {
    static let mount = "/barbican"

    let practice: Practice

    /// One request, once it is known who makes it.
    private struct Call {
        let request: Request
        let caller: BarbicanCaller
        let id: String
        let body: Data

        var query: [Substring: String] {
            let pairs = request.uri.queryParameters.map { ($0.key, String($0.value)) }
            return Dictionary(pairs, uniquingKeysWith: { $1 })
        }
        /// Whether version 1.1 was asked for, which tells of consumers.
        var tellsConsumers: Bool {
            request.headers[named: "OpenStack-API-Version"] == "key-manager 1.1"
        }

        func json() throws(BarbicanError) -> [String: JSONValue] {
            guard
                let members = try? JSONDecoder().decode([String: JSONValue].self, from: body)
            else { throw BarbicanError(.badRequest, "Malformed JSON") }
            return members
        }
    }

    private typealias Handler = (Call) throws -> Response

    func add(to router: Router<PracticeContext>) {
        let all = router.group("\(Self.mount)/v1/secrets")
        all.get { try await answer($0, $1, list) }
        all.post { try await answer($0, $1, create) }
        let one = all.group(":id")
        one.get { try await answer($0, $1, describe) }
        one.put { try await answer($0, $1, fill) }
        one.delete { try await answer($0, $1, delete) }
        one.get("payload") { try await answer($0, $1, payload) }
        one.get("acl") { try await answer($0, $1, access) }
        one.put("acl") { try await answer($0, $1, setAccess) }
        one.get("metadata") { try await answer($0, $1, metadata) }
        one.put("metadata") { try await answer($0, $1, setMetadata) }
        one.post("consumers") { try await answer($0, $1, consume) }
        router.get("\(Self.mount)/v1/quotas") { try await answer($0, $1, quotas) }
    }

    private var base: String { "\(practice.baseURL)\(Self.mount)" }

    private func answer(_ request: Request, _ context: PracticeContext, _ handler: Handler)
        async throws -> Response
    {
        guard let caller = BarbicanCaller(request, practice) else {
            return BarbicanError.unauthorized(practice.baseURL)
        }
        do {
            let call = Call(
                request: request, caller: caller, id: context.parameters.get("id") ?? "",
                body: try await request.bytes())
            return try handler(call)
        } catch let error as BarbicanError {
            return error.response
        } catch is RequestBodyError {
            return BarbicanError.tooLarge.response
        }
    }

    private func member(_ call: Call, _ what: String) throws(BarbicanError) {
        guard call.caller.role == "member" else { throw .forbidden(what) }
    }

    /// All that haven't expired, as a node sees them that is behind.
    private func seen() -> [BarbicanStoredSecret] {
        practice.withState { state in
            let now = Milliseconds.systemNow()
            let until = (now - state.settings.listLagMs) * 1_000
            return state.barbicanSecrets.filter {
                $0.isThere(at: now) && (state.settings.listLagMs == 0 || $0.created <= until)
            }
        }
    }

    private func find(_ call: Call) throws(BarbicanError) -> BarbicanStoredSecret {
        let all = practice.withState { $0.barbicanSecrets }
        guard let found = all.first(where: { $0.id == call.id }),
            found.isThere(at: .systemNow())
        else { throw .notFound }
        return found
    }

    private func readable(_ call: Call, _ what: String) throws(BarbicanError)
        -> BarbicanStoredSecret
    {
        let found = try find(call)
        guard found.mayBeRead(by: call.caller) else { throw .forbidden(what) }
        return found
    }

    private func change(
        _ call: Call, _ what: String,
        _ body: @Sendable (inout BarbicanStoredSecret) throws(BarbicanError) -> Void
    ) throws(BarbicanError) {
        _ = try readable(call, what)
        try practice.withState { state throws(BarbicanError) in
            guard let index = state.barbicanSecrets.firstIndex(where: { $0.id == call.id }) else {
                throw .notFound
            }
            try body(&state.barbicanSecrets[index])
        }
    }
}

extension BarbicanService {
    private func list(_ call: Call) throws(BarbicanError) -> Response {
        try member(call, "Secret(s) retrieval")
        let query = call.query
        let sorts = [nil, "created", "created:asc", "created:desc"]
        guard sorts.contains(query["sort"]?.removingPercentEncoding) else { throw .badQuery }
        // Decoded once more than it was encoded.
        let pattern = query["name"].flatMap {
            $0.replacing("+", with: " ").removingPercentEncoding?.removingPercentEncoding
        }
        let found = seen().filter { one in
            pattern.map { BarbicanRules.isLike(one.name, $0) } ?? true
        }
        .sorted { $0.created < $1.created }
        let isReversed = query["sort"]?.hasSuffix("desc") ?? false
        let sorted = isReversed ? found.reversed() : found
        let offset = max(0, query["offset"].flatMap { Int($0) } ?? 0)
        let limit = min(100, max(1, query["limit"].flatMap { Int($0) } ?? 10))
        let page = sorted.dropFirst(offset).prefix(limit)
        var members: [String: JSONValue] = [
            "total": .integer(Int64(sorted.count)),
            "secrets": .array(page.map { $0.wire(base, tellsConsumers: call.tellsConsumers) }),
        ]
        if offset + page.count < sorted.count {
            members["next"] = .string(
                "\(base)/v1/secrets?limit=\(limit)&offset=\(offset + limit)")
        }
        return Reply.json(JSONValue.object(members))
    }

    private func create(_ call: Call) throws(BarbicanError) -> Response {
        try member(call, "Secret creation")
        let body = try call.json()
        let made = try practice.withState { state throws(BarbicanError) in
            let limit = state.settings.barbicanQuota
            let count = state.barbicanSecrets.filter { $0.isThere(at: .systemNow()) }.count
            guard limit < 0 || count < limit else { throw .quotaReached }
            let now = Int64(Date().timeIntervalSince1970 * 1_000_000)
            let made = try BarbicanRules.secret(
                body, by: call.caller.user, at: .systemNow(), now)
            state.barbicanSecrets.append(made)
            return made
        }
        let reference = "\(base)/v1/secrets/\(made.id)"
        return Reply.json(
            ["secret_ref": .string(reference)] as JSONValue, status: .created,
            headers: [.location: reference])
    }

    private func describe(_ call: Call) throws(BarbicanError) -> Response {
        let found = try readable(call, "Secret retrieval")
        return Reply.json(found.wire(base, tellsConsumers: call.tellsConsumers))
    }

    private func payload(_ call: Call) throws(BarbicanError) -> Response {
        let found = try readable(call, "Secret payload retrieval")
        guard let type = found.contentType, let payload = found.payload else { throw .noPayload }
        // A text is given as nothing else; bytes are given as whatever is asked for.
        let accepted = call.request.headers[.accept] ?? "application/octet-stream"
        guard accepted == type || type != "text/plain" && accepted == "text/plain" else {
            throw BarbicanError(
                .notAcceptable,
                "Secret payload retrieval issue seen - Wrong payload content-type.")
        }
        return Response(
            status: .ok, headers: [.contentType: accepted],
            body: .init(byteBuffer: .init(bytes: payload)))
    }

    /// The second of two steps, for a secret that was made empty.
    private func fill(_ call: Call) throws(BarbicanError) -> Response {
        let type = call.request.headers[.contentType] ?? ""
        guard ["text/plain", "application/octet-stream"].contains(type) else {
            throw BarbicanError(.unsupportedMediaType, "Content-Type is not supported for PUT.")
        }
        let body = call.body
        guard !body.isEmpty else { throw BarbicanError(.badRequest, "No data to process") }
        guard body.count <= BarbicanRules.cap else { throw .tooLarge }
        try change(call, "Secret update") { secret throws(BarbicanError) in
            guard secret.payload == nil else {
                throw BarbicanError(.conflict, "Secret already has data, cannot modify it.")
            }
            (secret.contentType, secret.payload) = (type, body)
        }
        return Reply.empty()
    }

    private func delete(_ call: Call) throws(BarbicanError) -> Response {
        _ = try readable(call, "Secret deletion")
        practice.withState { $0.barbicanSecrets.removeAll { $0.id == call.id } }
        return Reply.empty()
    }
}

extension BarbicanService {
    private func access(_ call: Call) throws(BarbicanError) -> Response {
        let found = try find(call)
        guard call.caller.role == "member", found.isOpen || call.caller.user == found.creator
        else { throw .forbidden("SecretACL(s) retrieval") }
        var rule: [String: JSONValue] = ["project-access": .bool(found.isOpen)]
        if !found.isOpen || !found.users.isEmpty {
            rule["users"] = .array(found.users.map { .string($0) })
        }
        return Reply.json(["read": .object(rule)] as JSONValue)
    }

    private func setAccess(_ call: Call) throws(BarbicanError) -> Response {
        let rule = try call.json()["read"]
        let users = rule?["users"]?.array?.compactMap(\.string) ?? []
        let isOpen = rule?["project-access"]?.bool ?? true
        try change(call, "SecretACL(s) Update") { ($0.isOpen, $0.users) = (isOpen, users) }
        return Reply.json(["acl_ref": .string("\(base)/v1/secrets/\(call.id)/acl")] as JSONValue)
    }

    private func metadata(_ call: Call) throws(BarbicanError) -> Response {
        let found = try readable(call, "Secret metadata retrieval")
        let pairs = found.metadata.mapValues { JSONValue.string($0) }
        return Reply.json(["metadata": .object(pairs)] as JSONValue)
    }

    private func setMetadata(_ call: Call) throws(BarbicanError) -> Response {
        let pairs = try call.json()["metadata"]?.object?.compactMapValues(\.string)
        guard let pairs else { throw BarbicanError(.badRequest, "Invalid Metadata.") }
        try change(call, "Secret metadata update") { $0.metadata = pairs }
        return Reply.json(
            ["metadata_ref": .string("\(base)/v1/secrets/\(call.id)/metadata")] as JSONValue,
            status: .created)
    }

    private func consume(_ call: Call) throws(BarbicanError) -> Response {
        guard call.tellsConsumers else { throw BarbicanError(.notFound, "Not Found") }
        guard let service = try call.json()["service"]?.string else {
            throw BarbicanError(.badRequest, "Provided object does not match schema 'Consumer'")
        }
        try change(call, "Consumer creation") { $0.consumers.append(service) }
        return Reply.json(try find(call).wire(base, tellsConsumers: true))
    }

    private func quotas(_ call: Call) throws(BarbicanError) -> Response {
        let limit = practice.withState { $0.settings.barbicanQuota }
        return Reply.json(
            [
                "quotas": [
                    "secrets": .integer(limit), "orders": -1, "containers": -1, "consumers": -1,
                    "cas": -1,
                ]
            ] as JSONValue)
    }
}
