import Testing

/// The short form of `make soak`.
@Suite(.serialized)
struct SoakTests {
    @Test(.timeLimit(.minutes(10)))
    func `twenty rotations under faults and kills fail no token request`() async throws {
        try await ShortForm.run(
            "soak",
            [
                "HOLDOVER_SOAK_ROTATIONS": "20", "HOLDOVER_SOAK_REQUESTS": "1000",
                "HOLDOVER_SOAK_CLIENTS": "4", "HOLDOVER_SOAK_LIMIT_S": "300",
            ])
    }
}
