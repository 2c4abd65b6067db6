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
    /// What is done at each stride of a leap; nil leaps at once.
    private let watch = Mutex<(stride: Int64, look: @Sendable () async throws -> Void)?>(nil)

    init(of server: PracticeServerProcess) { self.server = server }

    /// Leaps in strides from now on, and has `look` look around after each.
    func stride(by span: Span, _ look: @escaping @Sendable () async throws -> Void) {
        watch.withLock { $0 = (span.milliseconds, look) }
    }

    func now() -> Instant {
        let leapt = leapt.withLock { $0 }
        return Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + leapt)
    }

    func sinceBoot() -> BootReading {
        BootReading(bootID: "boot", milliseconds: now().milliseconds)
    }

    func sleep(until moment: Instant) async throws {
        let watch = watch.withLock { $0 }
        while case let ahead = moment.since(now()).milliseconds, ahead > 0 {
            let offset = leapt.withLock { leapt in
                leapt += min(ahead, watch?.stride ?? ahead)
                return leapt
            }
            try await server.set(#"{"clock_offset_ms":\#(offset)}"#)
            try await watch?.look()
        }
    }
}
