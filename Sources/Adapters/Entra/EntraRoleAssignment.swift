import HTTPTransport
import RotationCore

/// An app role that an application was given at an API: an application permission.
struct EntraRoleAssignment: Decodable {
    let appRoleId: String
    let resourceId: String
}

/// What an API calls its app roles.
struct EntraResource: Decodable {
    let appRoles: [Role]

    struct Role: Decodable {
        let id: String
        let value: String?
    }
}

extension EntraAPI {
    /// The most that Graph gives at once.
    private static let most = 999
    /// Assigned, without any role.
    private static let noRole = "00000000-0000-0000-0000-000000000000"

    /// The values of the app roles that the application was given, at whichever API; nil where
    /// there are more than can be read.
    ///
    /// They are what a token for `…/.default` is good for: Entra has no scopes for a client that
    /// asks for itself.
    func grantedRoles() async throws(AdapterError) -> Set<String>? {
        do throws(AdapterError) {
            let quoted = URLPart.segment(clientID.replacing("'", with: "''"))
            let path = "/v1.0/servicePrincipals(appId='\(quoted)')/appRoleAssignments"
            let response = try await call([200], "GET", "\(path)?$top=\(Self.most)", .read)
            let given = try admin.decode(EntraPage<EntraRoleAssignment>.self, response, .read)
            guard given.nextLink == nil else { return nil }
            var found: Set<String> = []
            let roles = Dictionary(grouping: given.value) { $0.resourceId }
            for (resource, roles) in roles.sorted(by: { $0.key < $1.key }) {
                let names = try await names(at: resource)
                for role in roles.map(\.appRoleId) where role != Self.noRole {
                    found.insert(names[role] ?? role)
                }
            }
            return found
        } catch {
            throw error.about("the application's roles; that needs Application.Read.All")
        }
    }

    private func names(at resource: String) async throws(AdapterError) -> [String: String] {
        let path = "/v1.0/servicePrincipals/\(URLPart.segment(resource))?$select=id,appRoles"
        let response = try await call([200], "GET", path, .read)
        let roles = try admin.decode(EntraResource.self, response, .read).appRoles
        return Dictionary(
            roles.map { ($0.id, $0.value ?? $0.id) }, uniquingKeysWith: { first, _ in first })
    }
}
