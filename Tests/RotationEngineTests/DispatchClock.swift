import GRDB
import RotationCore
import Synchronization

/// A clock that goes on when it is told to.
final class DispatchClock: RotationClock {
    private let time = Mutex(Home.start)

    func now() -> Instant { time.withLock { $0 } }

    func pass(_ span: Span) { time.withLock { $0 = $0 + span } }

    func sinceBoot() -> BootReading {
        BootReading(bootID: "boot", milliseconds: now().milliseconds)
    }

    func sleep(until moment: Instant) async throws {}
}

/// No chance at all.
struct FixedRandom: RandomSource {
    func secret() -> ClientSecret { ClientSecret("fixed") }

    func identifier(at moment: Instant) -> String { "fixed" }

    func fraction() -> Double { 0 }
}

extension Database {
    /// How many rows a table has.
    func rows(in table: String) throws -> Int {
        try Int.fetchOne(self, sql: "SELECT count(*) FROM \(table)") ?? 0
    }
}
