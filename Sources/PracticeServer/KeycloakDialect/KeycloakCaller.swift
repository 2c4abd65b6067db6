import HTTPTypes
import Hummingbird

/// Who calls the admin API, and what the roles of its token let it do.
struct KeycloakCaller: Sendable {
    enum Right: Sendable {
        case viewClients, manageClients, viewRealm, manageRealm, viewEvents, manageEvents

        /// The roles of `realm-management` of which one is enough.
        var roles: Set<String> {
            switch self {
            case .viewClients: ["view-clients", "manage-clients"]
            case .manageClients: ["manage-clients"]
            case .viewRealm: ["view-realm", "manage-realm"]
            case .manageRealm: ["manage-realm"]
            case .viewEvents: ["view-events", "manage-events"]
            case .manageEvents: ["manage-events"]
            }
        }
    }

    let realm: RealmID
    let roles: Set<String>

    func may(_ right: Right) -> Bool { !roles.isDisjoint(with: right.roles) }

    /// Reads the bearer token of a request to `/admin/realms/{realm}`.
    ///
    /// The roles are those that the client has now, like a role mapping's.
    init(
        _ request: Request, _ context: PracticeContext, practice: Practice, issuer: TokenIssuer
    ) async throws {
        let name = context.parameters.get("realm") ?? ""
        realm = .keycloak(name)
        let words = (request.headers[.authorization] ?? "").split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bearer" else {
            throw KeycloakError.unauthorized
        }
        let (now, exists) = practice.withState { [realm] state in
            (state.now, state.realms[realm] != nil)
        }
        guard exists else { throw KeycloakError.realmNotFound }
        let server = TokenServer.keycloak(name, base: practice.baseURL)
        let token = await issuer.verify(String(words[1]), issuedBy: server.issuer, at: now)
        guard let token,
            let client = practice.withState({ [realm] in $0.client(token.clientID, in: realm) })
        else { throw KeycloakError.unauthorized }
        roles = client.grants
    }
}
