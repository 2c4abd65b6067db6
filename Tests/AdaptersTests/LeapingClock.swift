import Foundation
import ProcessTesting
import RotationCore
import Synchronization

/// The machine's time and what was leapt over: who waits is there at once.
///
/// The practice server's clock leaps along, so that what the one dates the other understands.
final class LeapingClock: RotationClock {
    private let server: PracticeServerProcess
    private let leapt = Mutex<Int64>(0)

    init(of server: PracticeServerProcess) { self.server = server }

    func now() -> Instant {
        let leapt = leapt.withLock { $0 }
        return Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + leapt)
    }

    func sinceBoot() -> BootReading {
        BootReading(bootID: "boot", milliseconds: now().milliseconds)
    }

    func sleep(until moment: Instant) async throws {
        let ahead = moment.since(now()).milliseconds
        guard ahead > 0 else { return }
        let offset = leapt.withLock { leapt in
            leapt += ahead
            return leapt
        }
        try await server.set(#"{"clock_offset_ms":\#(offset)}"#)
    }
}
