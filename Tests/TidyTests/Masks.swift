/// Tells a Swift file's code from its comments and its strings; what is blanked keeps its place.
///
/// Knows nested comments, escapes, interpolation, raw and multi-line strings and raw identifiers.
struct Masks {
    private(set) var code = ""
    private(set) var comments = ""

    private enum State {
        /// Inside an interpolation, the number of open parentheses; nil outside.
        case code(open: Int?)
        case line
        case block(depth: Int)
        case string(hashes: Int, isMultiline: Bool)
        case identifier
    }

    private enum Kind { case code, comment, neither }

    private let text: [Character]
    private var position = 0
    private var states: [State] = [.code(open: nil)]

    init(of text: String) {
        self.text = Array(text)
        while position < self.text.count { step() }
    }

    private mutating func step() {
        switch states.last ?? .code(open: nil) {
        case .code(let open): stepCode(open)
        case .line:
            if text[position] == "\n" { states.removeLast() }
            emit(1, .comment)
        case .block(let depth): stepBlock(depth)
        case .string(let hashes, let isMultiline): stepString(hashes, isMultiline)
        case .identifier:
            if text[position] == "`" { states.removeLast() }
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
        let hashes = text[position...].prefix { $0 == "#" }.count
        if starts(String(repeating: "#", count: hashes) + "\"") {
            let isMultiline = starts(String(repeating: "#", count: hashes) + "\"\"\"")
            states.append(.string(hashes: hashes, isMultiline: isMultiline))
            return emit(hashes + (isMultiline ? 3 : 1), .neither)
        }
        switch text[position] {
        case "`":
            states.append(.identifier)
            return emit(1, .neither)
        case "(" where open != nil: states[states.count - 1] = .code(open: (open ?? 0) + 1)
        case ")" where open == 0:
            states.removeLast()
            return emit(1, .neither)
        case ")" where open != nil: states[states.count - 1] = .code(open: (open ?? 0) - 1)
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
        if starts(end) || (!isMultiline && text[position] == "\n") {
            states.removeLast()
            return emit(text[position] == "\n" ? 1 : end.count, .neither)
        }
        guard starts("\\" + marks) else { return emit(1, .neither) }
        if starts("\\" + marks + "(") {
            states.append(.code(open: 0))
            return emit(2 + hashes, .neither)
        }
        emit(min(2 + hashes, text.count - position), .neither)
    }

    private func starts(_ word: String) -> Bool { text[position...].starts(with: word) }

    private mutating func emit(_ count: Int, _ kind: Kind) {
        for character in text[position..<min(position + count, text.count)] {
            let isBreak = character == "\n"
            code.append(isBreak || kind == .code ? character : " ")
            comments.append(isBreak || kind == .comment ? character : " ")
        }
        position += count
    }
}
