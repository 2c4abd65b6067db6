/// The clients of one realm.
struct PracticeRealm: Sendable {
    private(set) var clients: [String: PracticeClient] = [:]
    private var clientIDs: [String: String] = [:]
    /// Keycloak's realm documents.
    var policies = KeycloakPolicies()
    /// Salesforce's consumers, by the apps that they are of.
    var consumers: [String: SalesforceConsumer] = [:]
    /// Keycloak keeps events only when asked to; off in a new realm.
    var savesEvents = false
    /// Sequence of the first event that was not deleted.
    var eventsFrom: UInt64 = 0

    /// By `client_id`.
    subscript(clientID: String) -> PracticeClient? {
        get { clients[clientID] }
        _modify { yield &clients[clientID] }
    }

    /// The `client_id` of an app id or uuid.
    func clientID(internalID: String) -> String? { clientIDs[internalID] }

    mutating func insert(_ client: PracticeClient) {
        clients[client.clientID] = client
        clientIDs[client.internalID] = client.clientID
    }

    @discardableResult
    mutating func remove(clientID: String) -> Bool {
        guard let client = clients.removeValue(forKey: clientID) else { return false }
        clientIDs[client.internalID] = nil
        return true
    }
}
