/// Asks again and again whether something is so; false once `limit` is over.
public func eventually(
    within limit: Duration, every pause: Duration = .milliseconds(20),
    _ isSo: () async throws -> Bool
) async rethrows -> Bool {
    let end = ContinuousClock.now + limit
    while true {
        if try await isSo() { return true }
        guard ContinuousClock.now < end else { return false }
        try? await Task.sleep(for: pause)
    }
}
