/// How the old secret gives way to the new one.
///
/// Chosen in the plan and never by accident: a server that holds one secret for a client can't do
/// the usual thing, and what it can do instead has a price that somebody must have agreed to.
public enum Strategy: Sendable, Hashable, Codable {
    /// Both are accepted until every consumer is proven to use the new one.
    case overlap
    /// Where the server holds one secret, it is replaced: whoever hasn't read the new one yet is
    /// locked out until it does.
    case outage
    /// Where the server holds one secret and takes the caller's: the new one goes to the stores
    /// first, as a candidate beside the one in force, and the server switches once every consumer
    /// is proven to hold both. Consumers try the candidate where the first one is refused.
    case preStage
    /// Two registrations of one application take turns: the one that nobody uses gets a new secret,
    /// consumers move to it, and then the other one's secret is thrown away. AWS calls that
    /// alternating users.
    ///
    /// The plan's `client_id` names the one, `green` the other; which is in use changes with every
    /// rotation.
    case blueGreen(green: ClientID)
}
