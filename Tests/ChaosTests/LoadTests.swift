import Testing

/// The short form of `make load`.
@Suite(.serialized)
struct LoadTests {
    @Test(.timeLimit(.minutes(5)))
    func `a thousand callers get their tokens through failures, an outage and rotations`()
        async throws
    {
        try await ShortForm.run("load", ["HOLDOVER_LOAD_OUTAGE_S": "6"])
    }
}
