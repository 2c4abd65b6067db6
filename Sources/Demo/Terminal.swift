import Foundation

/// Where the demonstration writes, and what that place can do.
struct Terminal: Sendable {
    /// Whether lines that stand there can be replaced.
    let isLive: Bool
    let hasColor: Bool

    enum Tone: String, Sendable {
        case good = "32"
        case bad = "31"
        case attention = "33"
        case faint = "2"
        case strong = "1"
    }

    init(environment: [String: String]) {
        isLive = isatty(STDOUT_FILENO) == 1 && environment["TERM"] ?? "dumb" != "dumb"
        hasColor = isLive && environment["NO_COLOR"]?.isEmpty ?? true
    }

    /// How many columns a line may take; a longer one would wrap and spoil the count of lines.
    var width: Int {
        var size = winsize()
        guard isLive, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return isLive ? 80 : .max
        }
        return Int(size.ws_col)
    }

    func colored(_ text: String, _ tone: Tone) -> String {
        hasColor ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes all of it.
    ///
    /// Where nobody reads any more, the demonstration asks itself to end.
    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                kill(getpid(), SIGHUP)
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
