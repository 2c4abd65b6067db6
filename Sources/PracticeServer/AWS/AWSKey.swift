/// An access key that requests may be signed with.
struct AWSKey: Sendable {
    let secret: String
    /// What has to go with it where it is temporary.
    var sessionToken: String?
    /// When it ends.
    var end: Milliseconds = .max
    /// Whether it may only list.
    var isReader = false
}
