import Foundation
import RotationCore

/// The machine's clocks.
struct SystemClock: RotationClock {
    private let bootID: String

    init() {
        let path = "/proc/sys/kernel/random/boot_id"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "unknown"
        bootID = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func now() -> Instant { Instant(milliseconds: Self.read(CLOCK_REALTIME)) }

    func sinceBoot() -> BootReading {
        BootReading(bootID: bootID, milliseconds: Self.read(CLOCK_BOOTTIME))
    }

    func sleep(until moment: Instant) async throws {
        try await Task.sleep(for: .milliseconds(max(0, moment.since(now()).milliseconds)))
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// The kernel's randomness (getrandom).
struct SystemRandom: RandomSource {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    func secret() -> ClientSecret { .unguessable() }

    /// A ULID: ten digits of time, sixteen of chance, base 32.
    func identifier(at moment: Instant) -> String {
        var generator = SystemRandomNumberGenerator()
        let time = (0..<10).reversed().map { place in
            Self.digits[Int((moment.milliseconds >> Int64(5 * place)) & 31)]
        }
        let chance = (0..<16).map { _ in Self.digits[Int.random(in: 0..<32, using: &generator)] }
        return String(time + chance)
    }

    func fraction() -> Double { Double.random(in: 0..<1) }
}
