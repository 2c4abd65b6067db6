/// Makes and removes clients, for the control API and for seed files.
struct Registrar: Sendable {
    let practice: Practice

    /// Why a client could not be made.
    struct Refusal: Error {
        let reason: String
    }

    static func realm(of client: NewClient) -> RealmID {
        switch client.dialect {
        case .okta: .oktaOrg
        case .keycloak: .keycloak(client.realm ?? "practice")
        }
    }

    func register(_ new: NewClient) async throws -> ClientHandle {
        let method = new.authMethod ?? .basic
        guard method != .privateKeyJWT || new.publicKey != nil else {
            throw Refusal(reason: "private_key_jwt needs a public_key")
        }
        let keys: ClientKeys?
        do {
            keys = if let key = new.publicKey { try await ClientKeys(key) } else { nil }
        } catch is ClientKeys.Unreadable {
            throw Refusal(reason: "public_key is neither a PEM nor a JWK nor a JWK set")
        }
        let id = Self.realm(of: new)
        return try practice.withState { state throws(Refusal) in
            guard state.client(new.clientId, in: id) == nil else {
                throw Refusal(reason: "there is a client \(new.clientId) already")
            }
            let internalID = new.internalId ?? Self.internalID(new)
            guard state.client(internalID: internalID, in: id) == nil else {
                throw Refusal(reason: "there is a client with the id \(internalID) already")
            }
            var client = PracticeClient(
                clientID: new.clientId, internalID: internalID,
                authMethod: method, scopes: Set(new.scopes ?? ["read", "write"]),
                created: state.now)
            client.grants = Set(new.grants ?? [])
            client.keys = keys
            let policies = state.realms[id]?.policies ?? KeycloakPolicies()
            if method != .privateKeyJWT {
                Self.addSecret(new.secret, to: &client, in: id, policies, state)
            }
            state.realms[id, default: PracticeRealm()].insert(client)
            return ClientHandle(
                clientId: client.clientID,
                appId: id.dialect == .okta ? client.internalID : nil,
                uuid: id.dialect == .keycloak ? client.internalID : nil,
                secret: client.secrets.first?.value)
        }
    }

    private static func addSecret(
        _ value: String?, to client: inout PracticeClient, in realm: RealmID,
        _ policies: KeycloakPolicies, _ state: PracticeState
    ) {
        switch realm.dialect {
        case .okta:
            client.add(
                id: OktaSecretRules.newID(), value: value ?? RandomText.alphanumeric(64),
                at: state.now, under: state.settings)
        case .keycloak:
            KeycloakRotation(
                policy: policies.rotation(for: client), settings: state.settings, now: state.now
            ).register(value, in: &client)
        }
    }

    /// Okta uses the app id as the client id unless an app was made with an own client id.
    private static func internalID(_ client: NewClient) -> String {
        switch client.dialect {
        case .okta: "0oa" + RandomText.alphanumeric(17)
        case .keycloak: RandomText.uuid()
        }
    }
}
