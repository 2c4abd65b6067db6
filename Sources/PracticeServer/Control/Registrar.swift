/// Makes and removes clients, for the control API and for seed files.
struct Registrar: Sendable {
    let practice: Practice

    /// Why a client could not be made.
    struct Refusal: Error {
        let reason: String
    }

    static func realm(of client: NewClient) -> RealmID {
        switch client.dialect {
        case .keycloak: .keycloak(client.realm ?? "practice")
        case let other: .only(other)
        }
    }

    func register(_ new: NewClient) async throws -> ClientHandle {
        let method = new.authMethod ?? .basic
        guard method != .privateKeyJWT || new.publicKey != nil else {
            throw Refusal(reason: "private_key_jwt needs a public_key")
        }
        guard new.federatedSubject == nil || new.dialect == .entra else {
            throw Refusal(reason: "only Entra's applications trust a workload")
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
            let internalID = new.internalId ?? new.dialect.vendor.newInternalID()
            guard state.client(internalID: internalID, in: id) == nil else {
                throw Refusal(reason: "there is a client with the id \(internalID) already")
            }
            var client = PracticeClient(
                clientID: new.clientId, internalID: internalID,
                authMethod: method, scopes: Set(new.scopes ?? ["read", "write"]),
                created: state.now)
            client.grants = Set(new.grants ?? [])
            client.keys = keys
            client.federatedSubject = new.federatedSubject
            if method != .privateKeyJWT {
                id.dialect.vendor.addFirst(new.secret, to: &client, in: id, state)
            }
            state.realms[id, default: PracticeRealm()].insert(client)
            return ClientHandle(
                clientId: client.clientID,
                appId: id.dialect == .okta ? client.internalID : nil,
                uuid: id.dialect == .okta ? nil : client.internalID,
                secret: client.secrets.first?.value)
        }
    }
}
