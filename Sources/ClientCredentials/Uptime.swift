import FoundationEssentials
import Glibc

/// How long a machine has been running, by a clock that nobody can set and that goes on while the
/// machine sleeps.
struct Uptime: Sendable {
    /// Which start of the machine it counts from.
    let boot: String
    /// In seconds.
    let seconds: Double

    /// Now; nil where the system doesn't name its start.
    static func now() -> Uptime? {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/sys/kernel/random/boot_id"))
        else { return nil }
        var time = timespec()
        guard clock_gettime(CLOCK_BOOTTIME, &time) == 0 else { return nil }
        return Uptime(
            boot: String(decoding: data, as: UTF8.self),
            seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }
}
