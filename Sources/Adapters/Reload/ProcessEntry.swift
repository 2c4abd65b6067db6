import CoreFoundation  // for `timespec`, which is one module's or the other's
import Glibc

/// A process as the kernel lists it (proc(5)).
struct ProcessEntry: Sendable {
    /// The name that `ps -o comm` shows: the first fifteen bytes of the program's.
    let name: String
    /// When it was started, in seconds since 1970.
    let startedAt: Double

    /// Nil where there is no such process.
    init?(_ pid: pid_t) {
        guard let line = Self.text("/proc/\(pid)/stat"), let open = line.firstIndex(of: "("),
            let close = line.lastIndex(of: ")"), open < close, let boot = Self.bootTime
        else { return nil }
        name = String(line[line.index(after: open)..<close])
        // The name may hold blanks and brackets; what stands behind it may not. The 22nd field is
        // the start, and the state, behind the name, is the third.
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", let ticks = Double(fields[19]) else {
            return nil
        }
        startedAt = boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// By the clock that files are dated by, which may have been set since the boot.
    private static var bootTime: Double? {
        var now = timespec()
        var sinceBoot = timespec()
        guard clock_gettime(CLOCK_REALTIME, &now) == 0,
            clock_gettime(CLOCK_BOOTTIME, &sinceBoot) == 0
        else { return nil }
        return Double(now.tv_sec - sinceBoot.tv_sec)
            + Double(now.tv_nsec - sinceBoot.tv_nsec) / 1e9
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
