import Foundation
import HTTPTypes
import Hummingbird

/// A Kubernetes API server to practise on: Secrets and workloads, one at a time.
///
/// `metadata.managedFields` and server-side apply are left out.
struct KubernetesService: Sendable {
    static let mount = "/kubernetes"

    let practice: Practice

    func add(to router: Router<PracticeContext>) {
        for resource in ClusterPath.kinds.keys.sorted() {
            let group = ClusterPath.group(of: resource)
            let root = group.isEmpty ? "api/v1" : "apis/\(group)/v1"
            let list = router.group("\(Self.mount)/\(root)/namespaces/:namespace/\(resource)")
            list.get { await answer($0, $1, resource, "list", listed) }
            list.post { await answer($0, $1, resource, "create", create) }
            let item = list.group(":name")
            item.get { await answer($0, $1, resource, "get", get) }
            item.put { await answer($0, $1, resource, "update", put) }
            item.delete { await answer($0, $1, resource, "delete", delete) }
            item.patch { await answer($0, $1, resource, "patch") { try await patch($0, $1) } }
            guard resource != "secrets" else { continue }
            item.patch("status") { request, context in
                // A right of its own, which no Role here gives to anybody but the admin.
                await answer(request, context, resource, "update") {
                    try await patch($0, $1, isStatus: true)
                }
            }
        }
        router.post("\(Self.mount)/apis/authorization.k8s.io/v1/selfsubjectaccessreviews") {
            request, _ in
            do { return try await review(request) } catch let status as ClusterStatus {
                return status.response
            }
        }
    }

    private typealias Handler = @Sendable (Request, ClusterPath) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ resource: String, _ verb: String,
        _ handler: Handler
    ) async -> Response {
        let path = ClusterPath(
            namespace: context.parameters.get("namespace") ?? "", resource: resource,
            name: context.parameters.get("name") ?? "")
        do {
            try ClusterCaller(request, practice.credentials).check(verb, path)
            return try await handler(request, path)
        } catch let status as ClusterStatus {
            return status.response
        } catch { return ClusterStatus.malformed.response }
    }

    private func get(_ request: Request, _ path: ClusterPath) throws -> Response {
        Reply.json(try practice.withState { try $0.cluster.object(path) })
    }

    /// By labels that are equal, a page at a time; other selectors aren't practised.
    private func listed(_ request: Request, _ path: ClusterPath) throws -> Response {
        let query = request.uri.queryParameters
        let wanted = (query["labelSelector"].map(String.init) ?? "").split(separator: ",")
            .map { $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init) }
        guard wanted.allSatisfy({ $0.count == 2 }) else { throw ClusterStatus.malformed }
        let limit = query["limit"].flatMap { Int($0) } ?? .max
        let from = query["continue"].flatMap { Int($0) } ?? 0
        let found = practice.withState { $0.cluster.objects(like: path) }.filter { object in
            wanted.allSatisfy { object["metadata"]?["labels"]?[$0[0]]?.string == $0[1] }
        }
        let page = found.dropFirst(from).prefix(limit)
        let isLast = from + page.count >= found.count
        return Reply.json(
            [
                "kind": .string("\(path.kind)List"), "apiVersion": .string(path.apiVersion),
                "metadata": isLast ? [:] : ["continue": .string("\(from + page.count)")],
                "items": .array(Array(page)),
            ] as JSONValue)
    }

    private func create(_ request: Request, _ path: ClusterPath) async throws -> Response {
        let sent = try await request.json(JSONValue.self)
        guard let name = sent["metadata"]?["name"]?.string, !name.isEmpty else {
            throw ClusterStatus.malformed
        }
        let whole = ClusterPath(namespace: path.namespace, resource: path.resource, name: name)
        let made = try practice.withState { state in
            try state.cluster.create(sent, at: whole, state.now)
        }
        return Reply.json(made, status: .created)
    }

    private func put(_ request: Request, _ path: ClusterPath) async throws -> Response {
        let sent = try await request.json(JSONValue.self)
        return Reply.json(try practice.withState { try $0.cluster.put(sent, at: path) })
    }

    private func delete(_ request: Request, _ path: ClusterPath) throws -> Response {
        try practice.withState { try $0.cluster.delete(path) }
        return Reply.json(
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"]
                as JSONValue)
    }

    private func patch(_ request: Request, _ path: ClusterPath, isStatus: Bool = false)
        async throws -> Response
    {
        // Patches that are lists of operations, and applied configurations, aren't practised.
        let types = [
            "application/merge-patch+json", "application/strategic-merge-patch+json",
        ]
        guard types.contains(request.headers[.contentType] ?? "") else {
            throw ClusterStatus.wrongType
        }
        let sent = try await request.json(JSONValue.self)
        guard sent.object != nil else { throw ClusterStatus.malformed }
        return Reply.json(
            try practice.withState {
                try $0.cluster.merge(sent, into: path, isStatus: isStatus)
            })
    }

    /// Anybody who is somebody may ask what they may do themselves (`system:basic-user`).
    private func review(_ request: Request) async throws -> Response {
        let caller = try ClusterCaller(request, practice.credentials)
        guard !caller.isAnonymous else { throw ClusterStatus.forbiddenReview(caller.user) }
        guard let sent = try? await request.json(JSONValue.self),
            let asked = sent["spec"]?["resourceAttributes"], let verb = asked["verb"]?.string
        else { throw ClusterStatus.malformed }
        let resource = asked["resource"]?.string ?? ""
        // The rights are for things with a name, in a namespace, of the right group.
        let isKnown =
            ClusterPath.kinds[resource] != nil
            && (asked["group"]?.string ?? "") == ClusterPath.group(of: resource)
            && asked["namespace"]?.string != nil
            && (verb == "list") == (asked["name"]?.string ?? "").isEmpty
        var members = sent.object ?? [:]
        members["metadata"] = ["creationTimestamp": .null]
        members["status"] = ["allowed": .bool(isKnown && caller.may(verb, resource))]
        return Reply.json(JSONValue.object(members), status: .created)
    }
}
