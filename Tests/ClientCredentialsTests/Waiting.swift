/// Lets others take their turns until `isSo`.
///
/// Throws once the test is cancelled, as its time limit does: what never comes about fails a test
/// and doesn't hang the run.
func wait(
    until isSo: () async throws -> Bool, isolation: isolated (any Actor)? = #isolation
) async throws {
    while try await !isSo() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
