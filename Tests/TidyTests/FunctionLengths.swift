/// Finds the functions of a file and counts their lines, from the keyword to the closing brace.
struct FunctionLengths {
    /// Where each begins, counted from 0, and how long it is.
    private(set) var found: [(line: Int, length: Int)] = []

    private let text: [UInt8]

    init(of file: SourceFile) {
        text = Array(file.code.joined(separator: "\n").utf8)
        var (position, line) = (0, 0)
        while position < text.count {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            if let keyword = keyword(at: position) {
                if let end = end(after: position + keyword.count) {
                    let breaks = text[position...end].count { $0 == UInt8(ascii: "\n") }
                    found.append((line: line, length: breaks + 1))
                }
                position += keyword.count
            } else {
                position += 1
            }
        }
    }

    private func keyword(at position: Int) -> String? {
        let before = position > 0 ? text[position - 1] : UInt8(ascii: " ")
        // The first letters, since most bytes begin no keyword.
        guard "fids".utf8.contains(text[position]), !isWordy(before), before != UInt8(ascii: ".")
        else { return nil }
        return ["func", "init", "deinit", "subscript"].first { word in
            guard text[position...].starts(with: word.utf8) else { return false }
            let after = position + word.count
            return after >= text.count || !isWordy(text[after])
        }
    }

    private func isWordy(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x80...: true
        default: false
        }
    }

    /// The closing brace of the body; nil for a requirement of a protocol, which has none.
    private func end(after start: Int) -> Int? {
        var depth = 0
        for position in start..<text.count {
            switch text[position] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return closing(of: position)
            case UInt8(ascii: "}") where depth == 0: return nil
            case UInt8(ascii: "\n") where depth == 0 && !goesOn(after: position): return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private func goesOn(after position: Int) -> Bool {
        let rest = text[(position + 1)...].drop { $0 == 0x20 || $0 == 0x0A }
        return ["{", "->", "where", "async", "throws", "rethrows"].contains {
            rest.starts(with: $0.utf8)
        }
    }

    private func closing(of open: Int) -> Int? {
        var depth = 0
        for position in open..<text.count {
            if text[position] == UInt8(ascii: "{") { depth += 1 }
            if text[position] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return position }
        }
        return nil
    }
}
