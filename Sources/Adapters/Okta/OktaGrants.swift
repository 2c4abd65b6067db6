import HTTPTransport
import RotationCore

/// A scope of Okta's own API that an application was granted.
struct OktaGrant: Decodable {
    let scopeId: String
    let status: String?
}

/// The part of an API service integration that says what its secret is good for.
struct OktaIntegration: Decodable {
    let grantedScopes: [String]?
}

/// Which scopes a client was granted in an Okta org.
struct OktaGrants: Sendable {
    /// The org's API, with a login that may read grants and nothing else.
    let admin: AdminAPI
    let appID: String
    let kind: OktaKind
    /// Whether the org itself gives the tokens; what another server gives is up to its policies.
    let isOrg: Bool

    func scopes() async throws(AdapterError) -> Set<String>? {
        guard isOrg else { return nil }
        let path = "\(kind.path)/\(URLPart.segment(appID))"
        do throws(AdapterError) {
            switch kind {
            case .application:
                let response = try await admin.expect([200], "GET", "\(path)/grants", .read)
                let grants = try admin.decode([OktaGrant].self, response, .read)
                return Set(grants.filter { $0.status ?? "ACTIVE" == "ACTIVE" }.map(\.scopeId))
            case .apiService:
                let response = try await admin.expect([200], "GET", path, .read)
                return try admin.decode(OktaIntegration.self, response, .read).grantedScopes
                    .map(Set.init)
            }
        } catch {
            throw error.about("the client's grants; that needs \(kind.grantScope)")
        }
    }
}
