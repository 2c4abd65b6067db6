/// What the program gets on its standard input: one JSON object, in one line.
struct ExecRequest: Encodable {
    enum Operation: String, Encodable {
        case identity, check, list, create, disable, enable, delete
    }

    /// The version of the protocol.
    var holdover = 1
    let operation: Operation
    var clientID: String
    /// What the plan's `token` refers to.
    var token: String?
    var label: String?
    /// The value to add, where the caller makes it.
    var secret: String?
    var id: String?
    /// The value that must be accepted at every instant, in a deletion.
    var keeping: String?
    /// How long both secrets are to live, for a check.
    var overlapSeconds: Int64?

    enum CodingKeys: String, CodingKey {
        case holdover, operation, token, label, secret, id, keeping
        case clientID = "client_id"
        case overlapSeconds = "overlap_seconds"
    }
}
