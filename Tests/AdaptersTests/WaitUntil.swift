/// Asks again and again until `condition` holds; throws after `limit`.
func waitUntil(_ limit: Duration = .seconds(20), _ condition: () async throws -> Bool) async throws
{
    struct TooLate: Error {}
    let end = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < end else { throw TooLate() }
        try await Task.sleep(for: .milliseconds(20))
    }
}
