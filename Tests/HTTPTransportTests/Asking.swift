import HTTPTransport

/// The failure that `work` throws; nil where it succeeds.
func failure<Value>(
    of work: () async throws(HTTPFailure) -> Value
) async -> HTTPFailure? {
    do throws(HTTPFailure) {
        _ = try await work()
        return nil
    } catch { return error }
}

/// Waits until `condition` holds; false where it still doesn't after ten seconds.
func eventually(_ condition: () -> Bool) async -> Bool {
    let end = ContinuousClock.now + .seconds(10)
    while !condition() {
        guard ContinuousClock.now < end else { return false }
        await Task.yield()
        try? await Task.sleep(for: .milliseconds(2))
    }
    return true
}
