import ClientCredentials

/// A thousand callers of one provider, each with a pause behind each call.
struct Callers {
    /// What they met.
    struct Counts: Sendable {
        var calls = 0
        /// Failed although a token was in memory when they asked, and when they were answered.
        var failedWithToken = 0
        /// Failed, and there was none.
        var failedWithout = 0
        /// Got a token that had ended.
        var ended = 0
        /// The longest call while a token was in memory.
        var longest = Duration.zero
        /// One of the failures that mustn't be.
        var words: String?

        static func += (sum: inout Counts, one: Counts) {
            sum.calls += one.calls
            sum.failedWithToken += one.failedWithToken
            sum.failedWithout += one.failedWithout
            sum.ended += one.ended
            sum.longest = max(sum.longest, one.longest)
            sum.words = sum.words ?? one.words
        }
    }

    let settings: LoadSettings
    let tokens: TokenProvider
    let witness: TokenWitness

    /// Calls for as long as `body` takes.
    func call(during body: () async throws -> Void) async throws -> Counts {
        try await withThrowingTaskGroup(of: Counts.self) { group in
            for _ in 0..<settings.callers { group.addTask { await callAgainAndAgain() } }
            try await body()
            group.cancelAll()
            var sum = Counts()
            for try await counts in group { sum += counts }
            return sum
        }
    }

    private func callAgainAndAgain() async -> Counts {
        var counts = Counts()
        while !Task.isCancelled {
            await call(&counts)
            try? await Task.sleep(for: settings.pause * Double.random(in: 0..<2))
        }
        return counts
    }

    private func call(_ counts: inout Counts) async {
        let held = witness.held
        let asked = ContinuousClock.now
        do throws(TokenFailure) {
            let token = try await tokens.token()
            counts.calls += 1
            if !witness.isLive(token.value) { counts.ended += 1 }
            if isUsable(held) { counts.longest = max(counts.longest, asked.duration(to: .now)) }
        } catch {
            // The act is over, and so is the waiting.
            guard error != .cancelled else { return }
            counts.calls += 1
            if isUsable(held) {
                counts.failedWithToken += 1
                counts.words = error.description
            } else {
                counts.failedWithout += 1
            }
        }
    }

    private func isUsable(_ held: TokenWitness.Held?) -> Bool {
        held.map { .now < $0.usableUntil } ?? false
    }
}
