/// Tells a Swift file's code from its comments and its strings; what is blanked keeps its place.
///
/// Knows nested comments, escapes, interpolation, raw and multi-line strings and raw identifiers.
struct Masks {
    /// The text with everything but code blanked.
    var code: String { String(decoding: codeBytes, as: UTF8.self) }
    /// The text with everything but comments blanked.
    var comments: String { String(decoding: commentBytes, as: UTF8.self) }

    private var codeBytes: [UInt8] = []
    private var commentBytes: [UInt8] = []

    private enum State {
        /// Inside an interpolation, the number of open parentheses; nil outside.
        case code(open: Int?)
        case line
        case block(depth: Int)
        case string(hashes: Int, isMultiline: Bool)
        case identifier
    }

    private enum Kind { case code, comment, neither }

    private let text: [UInt8]
    private var position = 0
    private var states: [State] = [.code(open: nil)]

    init(of text: String) {
        self.text = Array(text.utf8)
        while position < self.text.count { step() }
    }

    private mutating func step() {
        switch states.last ?? .code(open: nil) {
        case .code(let open): stepCode(open)
        case .line:
            if text[position] == UInt8(ascii: "\n") { states.removeLast() }
            emit(1, .comment)
        case .block(let depth): stepBlock(depth)
        case .string(let hashes, let isMultiline): stepString(hashes, isMultiline)
        case .identifier:
            if text[position] == UInt8(ascii: "`") { states.removeLast() }
            emit(1, .neither)
        }
    }

    private mutating func stepCode(_ open: Int?) {
        if starts("//") {
            states.append(.line)
            return emit(2, .comment)
        }
        if starts("/*") {
            states.append(.block(depth: 1))
            return emit(2, .comment)
        }
        let hashes = text[position...].prefix { $0 == UInt8(ascii: "#") }.count
        if text[position] == UInt8(ascii: "\"") || hashes > 0,
            starts(String(repeating: "#", count: hashes) + "\"")
        {
            let isMultiline = starts(String(repeating: "#", count: hashes) + "\"\"\"")
            states.append(.string(hashes: hashes, isMultiline: isMultiline))
            return emit(hashes + (isMultiline ? 3 : 1), .neither)
        }
        switch text[position] {
        case UInt8(ascii: "`"):
            states.append(.identifier)
            return emit(1, .neither)
        case UInt8(ascii: "(") where open != nil:
            states[states.count - 1] = .code(open: (open ?? 0) + 1)
        case UInt8(ascii: ")") where open == 0:
            states.removeLast()
            return emit(1, .neither)
        case UInt8(ascii: ")") where open != nil:
            states[states.count - 1] = .code(open: (open ?? 0) - 1)
        default: break
        }
        emit(1, .code)
    }

    private mutating func stepBlock(_ depth: Int) {
        if starts("*/") {
            states.removeLast()
            if depth > 1 { states.append(.block(depth: depth - 1)) }
            return emit(2, .comment)
        }
        if starts("/*") {
            states[states.count - 1] = .block(depth: depth + 1)
            return emit(2, .comment)
        }
        emit(1, .comment)
    }

    private mutating func stepString(_ hashes: Int, _ isMultiline: Bool) {
        let marks = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + marks
        if starts(end) || (!isMultiline && text[position] == UInt8(ascii: "\n")) {
            states.removeLast()
            return emit(text[position] == UInt8(ascii: "\n") ? 1 : end.count, .neither)
        }
        guard starts("\\" + marks) else { return emit(1, .neither) }
        if starts("\\" + marks + "(") {
            states.append(.code(open: 0))
            return emit(2 + hashes, .neither)
        }
        emit(min(2 + hashes, text.count - position), .neither)
    }

    private func starts(_ word: String) -> Bool { text[position...].starts(with: word.utf8) }

    private mutating func emit(_ count: Int, _ kind: Kind) {
        let blank = UInt8(ascii: " ")
        for byte in text[position..<min(position + count, text.count)] {
            let isBreak = byte == UInt8(ascii: "\n")
            codeBytes.append(isBreak || kind == .code ? byte : blank)
            commentBytes.append(isBreak || kind == .comment ? byte : blank)
        }
        position += count
    }
}
