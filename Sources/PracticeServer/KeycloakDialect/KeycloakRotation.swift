/// What `ClientSecretRotationExecutor` and the client resource do to a client's secrets; pure.
struct KeycloakRotation {
    let policy: KeycloakPolicies.Rotation?
    let settings: PracticeSettings
    let now: Milliseconds

    /// Sets the first secret of a new client.
    func register(_ value: String?, in client: inout PracticeClient) {
        setCurrent(value ?? RandomText.alphanumeric(32), in: &client)
        stampExpiry(of: &client)
    }

    /// Makes a new secret, `POST …/client-secret`.
    ///
    /// Without a policy the old one is dead at once; with one it becomes the rotated secret, and a
    /// rotated secret that was there is pushed out.
    func regenerate(in client: inout PracticeClient) {
        if let policy {
            rotate(policy, in: &client)
        } else {
            dropRotationInfo(of: &client)
            removeCurrent(of: &client)
        }
        setCurrent(RandomText.alphanumeric(32), in: &client)
        if policy != nil { setExpiry(of: &client) }
    }

    /// `PUT …/clients/{uuid}` with a secret: it replaces the stored one at once, no overlap.
    func replaceCurrent(_ value: String, in client: inout PracticeClient) {
        let current = client.keycloak.currentID.flatMap { client.secret($0) }
        guard current?.value != value else { return }
        let creation = client.keycloak.creationTime
        removeCurrent(of: &client)
        setCurrent(value, in: &client)
        client.keycloak.creationTime = creation
    }

    /// The UPDATED event after a PUT: stamps a missing expiry; rotates only an expired secret, over
    /// whatever was put; without a policy wipes what rotation left.
    func updated(_ client: inout PracticeClient) {
        guard let policy else { return dropRotationInfo(of: &client) }
        if client.keycloak.isExpired(at: now) {
            rotate(policy, in: &client)
            setCurrent(RandomText.alphanumeric(32), in: &client)
            setExpiry(of: &client)
        } else {
            stampExpiry(of: &client)
        }
    }

    /// `DELETE …/client-secret/rotated`; nothing to remove is as good.
    func dropRotated(of client: inout PracticeClient) {
        guard let id = client.keycloak.rotatedID else { return }
        client.remove(id, at: now, under: settings)
        client.keycloak.rotatedID = nil
        client.keycloak.rotatedCreationTime = nil
        client.keycloak.rotatedExpirationTime = nil
    }

    /// `client.secret.rotated` written through the attributes of a PUT.
    func putRotated(_ value: String, in client: inout PracticeClient) {
        let rotated = client.keycloak.rotatedID.flatMap { client.secret($0) }
        guard rotated?.value != value else { return }
        dropRotated(of: &client)
        let secret = client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
        client.keycloak.rotatedID = secret.id
        client.keycloak.rotatedCreationTime = now.seconds
    }

    private func rotate(
        _ policy: KeycloakPolicies.Rotation, in client: inout PracticeClient
    ) {
        dropRotated(of: &client)
        guard policy.rotated > 0, let id = client.keycloak.currentID else {
            return removeCurrent(of: &client)
        }
        client.keycloak.rotatedID = id
        client.keycloak.currentID = nil
        client.keycloak.rotatedCreationTime = now.seconds
        client.keycloak.rotatedExpirationTime = now.seconds + policy.rotated
        client.setExpiry((now.seconds + policy.rotated) * 1000, of: id)
    }

    private func removeCurrent(of client: inout PracticeClient) {
        guard let id = client.keycloak.currentID else { return }
        client.remove(id, at: now, under: settings)
        client.keycloak.currentID = nil
    }

    private func setCurrent(_ value: String, in client: inout PracticeClient) {
        let secret = client.add(id: RandomText.uuid(), value: value, at: now, under: settings)
        client.keycloak.currentID = secret.id
        client.keycloak.creationTime = now.seconds
    }

    private func dropRotationInfo(of client: inout PracticeClient) {
        client.keycloak.expirationTime = nil
        dropRotated(of: &client)
    }

    private func stampExpiry(of client: inout PracticeClient) {
        if client.keycloak.expirationTime == nil { setExpiry(of: &client) }
    }

    private func setExpiry(of client: inout PracticeClient) {
        guard let policy else { return }
        client.keycloak.expirationTime = now.seconds + policy.expiration
    }
}
