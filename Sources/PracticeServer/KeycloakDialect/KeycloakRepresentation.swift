/// A client as Keycloak's admin API shows it and takes it back.
struct KeycloakRepresentation {
    private static let secretAttributes: Set<String> = [
        "client.secret.creation.time", "client.secret.expiration.time", "client.secret.rotated",
        "client.secret.rotated.creation.time", "client.secret.rotated.expiration.time",
        "client.secret.remaining.expiration.time",
    ]

    /// `secrets` is what a lagging read sees; without `showsSecret`, a caller with only
    /// `view-clients`, the value is ten stars (since 26.8).
    static func show(
        _ client: PracticeClient, secrets: [PracticeSecret], showsSecret: Bool
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "enabled": .bool(client.isEnabled), "publicClient": false, "bearerOnly": false,
            "serviceAccountsEnabled": true, "standardFlowEnabled": false,
            "protocol": "openid-connect",
            "clientAuthenticatorType": .string(authenticator(client.authMethod)),
            "defaultClientScopes": ["email", "profile"],
            "optionalClientScopes": .array(client.scopes.sorted().map(JSONValue.string)),
        ]
        members.merge(client.keycloak.members) { _, put in put }
        members["id"] = .string(client.internalID)
        members["clientId"] = .string(client.clientID)
        if let current = secrets.first(where: { $0.id == client.keycloak.currentID }) {
            members["secret"] = .string(showsSecret ? current.value : "**********")
        }
        members["attributes"] = attributes(client, secrets, showsSecret)
        return .object(members)
    }

    private static func attributes(
        _ client: PracticeClient, _ secrets: [PracticeSecret], _ showsSecret: Bool
    ) -> JSONValue {
        let fields = client.keycloak
        var attributes = fields.attributes
        let times = [
            "client.secret.creation.time": fields.creationTime,
            "client.secret.expiration.time": fields.expirationTime,
            "client.secret.rotated.creation.time": fields.rotatedCreationTime,
            "client.secret.rotated.expiration.time": fields.rotatedExpirationTime,
        ]
        for (name, time) in times { attributes[name] = time.map(String.init) }
        // In plain text, like the vendor.
        if showsSecret, let rotated = secrets.first(where: { $0.id == fields.rotatedID }) {
            attributes["client.secret.rotated"] = rotated.value
        }
        return .object(attributes.mapValues(JSONValue.string))
    }

    private static func authenticator(_ method: AuthMethod) -> String {
        switch method {
        case .basic, .post: "client-secret"
        case .secretJWT: "client-secret-jwt"
        case .privateKeyJWT: "client-jwt"
        }
    }

    /// Writes a put representation into the client: members replace, attributes merge, the secret
    /// replaces at once; then the UPDATED event runs.
    ///
    /// So a representation that was read earlier brings old rotation attributes back.
    static func put(
        _ document: [String: JSONValue], into client: inout PracticeClient,
        by rotation: KeycloakRotation
    ) {
        let own: Set<String> = ["id", "clientId", "secret", "attributes"]
        for (name, value) in document where !own.contains(name) && value != .null {
            client.keycloak.members[name] = value
        }
        if let enabled = document["enabled"]?.bool { client.isEnabled = enabled }
        if let secret = document["secret"]?.string {
            rotation.replaceCurrent(secret, in: &client)
        }
        for (name, value) in document["attributes"]?.object ?? [:] {
            if secretAttributes.contains(name) {
                putSecretAttribute(name, value.string ?? "", in: &client, by: rotation)
            } else {
                client.keycloak.attributes[name] = value.string
            }
        }
        rotation.updated(&client)
    }

    private static func putSecretAttribute(
        _ name: String, _ value: String, in client: inout PracticeClient,
        by rotation: KeycloakRotation
    ) {
        switch name {
        case "client.secret.rotated":
            if value.isEmpty {
                rotation.dropRotated(of: &client)
            } else {
                rotation.putRotated(value, in: &client)
            }
        case "client.secret.creation.time": client.keycloak.creationTime = Int64(value)
        case "client.secret.expiration.time": client.keycloak.expirationTime = Int64(value)
        case "client.secret.rotated.creation.time":
            client.keycloak.rotatedCreationTime = Int64(value)
        case "client.secret.rotated.expiration.time":
            client.keycloak.rotatedExpirationTime = Int64(value)
            if let id = client.keycloak.rotatedID {
                client.setExpiry(Int64(value).map { $0 * 1000 }, of: id)
            }
        default: client.keycloak.attributes[name] = value
        }
    }
}
