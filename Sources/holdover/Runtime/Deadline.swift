import ClientCredentials

/// The moment by which everything that a command waits for has to be over.
struct Deadline: Sendable {
    private let moment: ContinuousClock.Instant

    /// From now on.
    init(in patience: Duration) { moment = .now + patience }

    /// What is left until then; nothing once it has come.
    var left: Duration { max(.zero, ContinuousClock.now.duration(to: moment)) }

    /// What `body` comes to; nil where the moment comes first, and the body is cancelled.
    ///
    /// It isn't waited for, since not everything that reads a secret can be told to end.
    func race<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value? {
        if let value = await TokenTime.real.result(within: left, of: body) { return value }
        // That ends a program which was started, and ending takes a moment.
        try? await Task.sleep(for: .milliseconds(100))
        return nil
    }
}
