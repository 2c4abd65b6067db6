import Foundation
import RotationCore

/// The one place that writes to the terminal.
struct Console: Sendable {
    let json: Bool
    let hasColor: Bool

    init(json: Bool, noColor: Bool) {
        self.json = json
        let environment = ProcessInfo.processInfo.environment
        let isPlain =
            noColor || environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
        hasColor = !json && !isPlain && isatty(STDOUT_FILENO) == 1
    }

    enum Tone: String, Sendable {
        case good = "32"
        case bad = "31"
        case attention = "33"
        case faint = "2"
        case strong = "1"
    }

    func colored(_ text: String, _ tone: Tone) -> String {
        hasColor ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A line to standard output.
    func line(_ text: String = "") { Self.write(text + "\n", to: STDOUT_FILENO) }

    /// A line to standard error.
    func complain(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

    /// What the command was run for, to standard output; throws where it doesn't get there.
    func deliver(_ text: String) throws {
        guard Self.write(text + "\n", to: STDOUT_FILENO) else {
            throw Problem(notPrinted: String(cString: strerror(errno)))
        }
    }

    /// The same, as JSON with sorted keys.
    func deliver(document value: some Encodable) throws { try deliver(Self.encode(value)) }

    /// A document, or a line of one, as JSON with sorted keys.
    func document(_ value: some Encodable, pretty: Bool = true) throws {
        line(try Self.encode(value, pretty: pretty))
    }

    private static func encode(_ value: some Encodable, pretty: Bool = true) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return safeJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Clears the screen, where there is one.
    func clear() { if hasColor { Self.write("\u{1B}[H\u{1B}[2J", to: STDOUT_FILENO) } }

    /// Whether all of it was written; `errno` has the reason otherwise.
    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            // A closed pipe or a full disk: nobody reads, and the work must go on.
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}

/// Columns as wide as their widest cell.
struct Table {
    private var rows: [[String]]

    init(header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var lines: [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1
                    ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
            }
            return cells.joined(separator: "  ")
        }
    }
}
