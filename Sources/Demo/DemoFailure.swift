/// Why the demonstration can't go on; never quotes a secret.
struct DemoFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
