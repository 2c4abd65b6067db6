import HTTPTransport
import RotationCore

/// Calls to a cluster's API server, as one service account or user.
///
/// Source: the API reference; every answer that counts was seen on a kube-apiserver 1.20.2.
struct KubernetesAPI: Sendable {
    let address: String
    let caFile: String?
    let token: KubernetesToken
    let http: any HTTPClient

    static let adapter = "kubernetes"
    /// Who the cluster says wrote a field (`metadata.managedFields`).
    static let manager = "holdover"

    /// How a change is spelled.
    enum Patch: String, Sendable {
        /// RFC 7386.
        case merge = "application/merge-patch+json"
        /// The same for objects; lists of containers and the like are merged by their names.
        case strategic = "application/strategic-merge-patch+json"
    }

    func get<Value: Decodable>(_ type: Value.Type, _ path: String) async throws(AdapterError)
        -> Value
    {
        let admin = try admin()
        let response = try await admin.expect([200], "GET", path, .read)
        return try admin.decode(type, response, .read)
    }

    /// Changes what `body` names of an object, and gives what it is then; one attempt.
    func patch<Value: Decodable>(
        _ type: Value.Type, _ path: String, _ patch: Patch, _ body: [UInt8]
    ) async throws(AdapterError) -> Value {
        let admin = try admin()
        let response = try await admin.send(
            "PATCH", "\(path)?fieldManager=\(Self.manager)",
            headers: ["Content-Type": patch.rawValue], body: body, .repeatable)
        guard response.status == 200 else { throw admin.error(response, .repeatable) }
        return try admin.decode(type, response, .repeatable)
    }

    /// Whether the cluster would let us (SelfSubjectAccessReview); a read, though it is a POST.
    func may(_ verb: String, _ place: KubernetesPlace) async throws(AdapterError) -> Bool {
        struct Review: Decodable {
            struct Status: Decodable { let allowed: Bool }
            let status: Status
        }
        let attributes = JSONDocument.object(
            texts: [
                ("namespace", place.namespace), ("verb", verb), ("group", place.group),
                ("resource", place.resource), ("name", place.name),
            ])
        let body = JSONDocument.object(
            [
                ("apiVersion", JSONDocument.literal("authorization.k8s.io/v1")),
                ("kind", JSONDocument.literal("SelfSubjectAccessReview")),
                ("spec", JSONDocument.object([("resourceAttributes", attributes)])),
            ])
        let admin = try admin()
        let response = try await admin.expect(
            [200, 201], "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            body: body, .read)
        return try admin.decode(Review.self, response, .read).status.allowed
    }

    /// What `check` says of the rights to a thing; throws what goes away by itself.
    func rights(_ verbs: [String], to place: KubernetesPlace) async throws(AdapterError)
        -> [Finding]
    {
        var findings: [Finding] = []
        for verb in verbs {
            do throws(AdapterError) {
                guard try await !may(verb, place) else { continue }
                findings.append(
                    Finding(
                        .problem, code: "\(Self.adapter)-not-allowed-to-\(verb)",
                        message: "\(Self.adapter): a Role must allow the verb \(verb) on "
                            + place.words))
            } catch {
                guard error.kind == .unauthorized, error.code.hasSuffix("forbidden") else {
                    throw error
                }
                findings.append(
                    try error.warning(
                        "\(Self.adapter)-rights-unknown", "so the rights are not known"))
            }
        }
        return findings
    }

    /// With the token as it is now.
    private func admin() throws(AdapterError) -> AdminAPI {
        let login = AdminLogin(
            adapter: Self.adapter, proof: .fixed(scheme: "Bearer", try token.now()), findings: [])
        return AdminAPI(
            address: address, caFile: caFile, login: login, http: http,
            words: KubernetesStatus.words)
    }

    static func failure(_ kind: AdapterError.Kind, _ code: String, _ words: String)
        -> AdapterError
    {
        AdapterError(kind, code: "\(adapter)-\(code)", message: "\(adapter): \(words)")
    }
}
