import HTTPTransport
import RotationCore

/// What a client may ask for at one API.
struct Auth0ClientGrant: Decodable {
    let scope: [String]?
    let allowsAllScopes: Bool?
    /// Whether it is for the client itself, as where nothing is said, or for people who sign in.
    let subjectType: String?

    enum CodingKeys: String, CodingKey {
        case scope
        case allowsAllScopes = "allow_all_scopes"
        case subjectType = "subject_type"
    }

    /// What the client gets by its secret alone.
    var scopes: Set<String> {
        guard subjectType ?? "client" == "client" else { return [] }
        return Set(scope ?? []).union(allowsAllScopes ?? false ? ["*"] : [])
    }
}

extension Auth0API {
    /// The most that Auth0 gives at once.
    private static let grantPage = 100
    private static let grantPages = 10

    /// What the client may ask for, at whichever API; nil where there are more than can be read.
    func grantedScopes() async throws(AdapterError) -> Set<String>? {
        var found: Set<String> = []
        for number in 0..<Self.grantPages {
            let query =
                "client_id=\(URLPart.segment(clientID))&per_page=\(Self.grantPage)&page=\(number)"
            let grants: [Auth0ClientGrant]
            do throws(AdapterError) {
                let response = try await send("GET", "/api/v2/client-grants?\(query)", nil, .read)
                grants = try admin.decode([Auth0ClientGrant].self, response, .read)
            } catch {
                throw error.about("the client's grants; that needs read:client_grants")
            }
            for grant in grants { found.formUnion(grant.scopes) }
            if grants.count < Self.grantPage { return found }
        }
        return nil
    }
}
