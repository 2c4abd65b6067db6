/// What the program of a store gets on its standard input: one JSON object, in one line.
struct ExecStoreRequest: Encodable {
    enum Operation: String, Encodable {
        case identity, check, read, write
    }

    /// The version of the protocol.
    var holdover = 1
    let operation: Operation
    /// Whose secret it is.
    let clientID: String
    /// What the plan's `token` refers to.
    let token: String?
    /// The version that must be there for a write; nil where the store must be empty.
    var version: String?
    /// What consumers are to use.
    var secret: String?
    /// The `client_id` to put beside it; nil where that stays.
    var newClientID: String?
    /// What consumers are to try where the secret is refused; nil where that stays.
    var candidate: String?

    enum CodingKeys: String, CodingKey {
        case holdover, operation, token, version, secret, candidate
        case clientID = "client_id"
        case newClientID = "new_client_id"
    }
}
