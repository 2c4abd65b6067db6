import Glibc
import RotationCore

/// Writes a line to the socket of the system's log: journald, rsyslog or syslog-ng.
///
/// In the form that the C library's syslog(3) sends there (RFC 3164 with local time), but over a
/// socket of its own: whether somebody listens is told apart from success here, and not there.
struct SyslogChannel: AlertChannel {
    private let path: String
    private let facility: Facility
    private let now: @Sendable () -> Instant

    private enum Facility: String, CaseIterable {
        case user, daemon, auth, authpriv, local0, local1, local2, local3, local4, local5, local6
        case local7

        var number: Int {
            switch self {
            case .user: 1
            case .daemon: 3
            case .auth: 4
            case .authpriv: 10
            case .local0: 16
            case .local1: 17
            case .local2: 18
            case .local3: 19
            case .local4: 20
            case .local5: 21
            case .local6: 22
            case .local7: 23
            }
        }
    }

    static let descriptor = AdapterDescriptor(
        type: "syslog", summary: "writes a line to the system's log, journald's too",
        settings: [
            SettingDescriptor("socket", .path, summary: "its socket; /dev/log if left out"),
            SettingDescriptor(
                "facility", .choice(Facility.allCases.map(\.rawValue)),
                summary: "whose line it is; daemon if left out"),
            .minSeverity,
        ])

    init(_ target: TargetSettings, now: @escaping @Sendable () -> Instant) throws(AdapterError) {
        let settings = Settings(target)
        path = try settings.text("socket") == nil ? "/dev/log" : settings.absolutePath("socket")
        guard path.utf8.count < 108 else {
            throw settings.invalid("socket", "is too long for a socket's path")
        }
        facility = try settings.choice("facility", default: .daemon)
        self.now = now
    }

    func preflight() async throws(AdapterError) -> [Finding] {
        guard access(path, W_OK) != 0 else { return [] }
        let words = String(cString: strerror(errno))
        return [Finding(.problem, code: "syslog-no-socket", message: "syslog: \(path): \(words)")]
    }

    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        let line = Array(line(of: message).utf8)
        let kind = CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                // A log that is stuck must not hold up what is told elsewhere.
                sendto(descriptor, line, line.count, CInt(MSG_DONTWAIT), place, length)
            }
        }
        guard sent == line.count else { throw failure(errno) }
        return []
    }

    private func failure(_ code: CInt) -> AdapterError {
        AdapterError(
            .unavailable(retryAfter: nil), code: "syslog-unreachable",
            message: "syslog: \(path): \(String(cString: strerror(code)))")
    }

    /// One line, as short as RFC 3164 §4.1 wants it.
    private func line(of message: AlertMessage) -> String {
        let body = AlertBody(message: message)
        let priority = facility.number * 8 + Self.level(of: message)
        let fields = body.lines.map { "\($0.name)=\"\($0.value.replacing("\"", with: "'"))\"" }
        let text = ([body.headline] + fields).joined(separator: " ")
        let head = "<\(priority)>\(timestamp) holdover[\(getpid())]: "
        return head + safeText(text, limit: 900)
    }

    private static func level(of message: AlertMessage) -> Int {
        guard message.event != .resolved else { return 5 }
        return switch message.alert.severity {
        case .info: 6
        case .warning: 4
        case .critical: 2
        }
    }

    private var timestamp: String {
        var seconds = time_t(now().milliseconds / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%b %e %H:%M:%S", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
