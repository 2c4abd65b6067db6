import Foundation

/// What strace wrote of one process and its threads, in the order in which the calls ended.
struct TraceFile {
    let calls: [SystemCall]

    /// Reads the lines that name a file below `root` or an open socket, and those on output.
    init(_ path: String, root: String) throws {
        let hex = root.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "\\x" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
        let wanted = [Data(hex.utf8), Data("<TCP:".utf8), Data("<UNIX".utf8)]
        var begun: [Data: Data] = [:]
        var calls: [SystemCall] = []
        let content = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        for line in Self.lines(of: content) {
            guard let blank = line.firstIndex(of: UInt8(ascii: " ")) else { continue }
            let process = Data(line[..<blank])
            var call = Data(line[blank...].drop { $0 == UInt8(ascii: " ") })
            if call.suffix(Self.unfinished.count) == Self.unfinished {
                begun[process] = Data(call.dropLast(Self.unfinished.count))
                continue
            }
            if call.starts(with: Data("<... ".utf8)) {
                guard let beginning = begun.removeValue(forKey: process),
                    let end = call.firstIndex(of: UInt8(ascii: ">"))
                else { throw SystemCall.Unreadable(description: "an end without a beginning") }
                call = beginning + call[call.index(after: end)...]
            }
            // The process was killed inside of it, and what it did is known to nobody.
            if call.suffix(Self.cut.count) == Self.cut { continue }
            let isCall = call.first.map { $0 >= 0x61 && $0 <= 0x7A } ?? false
            guard isCall, wanted.contains(where: { call.range(of: $0) != nil }) else { continue }
            calls.append(try SystemCall(line: call))
        }
        self.calls = calls
    }

    private static let cut = Data(" <detached ...>".utf8)
    private static let unfinished = Data(" <unfinished ...>".utf8)

    private static func lines(of content: Data) -> [Data] {
        content.split(separator: UInt8(ascii: "\n"))
    }

    /// Whether strace has seen the end of the process that it was begun with.
    static func isWhole(_ path: String, process: pid_t) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        let size = (try? file.seekToEnd()) ?? 0
        try? file.seek(toOffset: size > 4_096 ? size - 4_096 : 0)
        let tail = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        return tail.split(separator: "\n").contains {
            $0.hasPrefix("\(process) ") && $0.contains("+++ ")
        }
    }
}
