/// Finds the functions of a file and counts their lines, from the keyword to the closing brace.
struct FunctionLengths {
    /// Where each begins, counted from 0, and how long it is.
    private(set) var found: [(line: Int, length: Int)] = []

    private let text: [Character]

    init(of file: SourceFile) {
        text = Array(file.code.joined(separator: "\n"))
        var (position, line) = (0, 0)
        while position < text.count {
            if text[position] == "\n" { line += 1 }
            if let keyword = keyword(at: position) {
                if let end = end(after: position + keyword.count) {
                    let breaks = text[position...end].count { $0 == "\n" }
                    found.append((line: line, length: breaks + 1))
                }
                position += keyword.count
            } else {
                position += 1
            }
        }
    }

    private func keyword(at position: Int) -> String? {
        let before = position > 0 ? text[position - 1] : " "
        guard !isWordy(before), before != "." else { return nil }
        return ["func", "init", "deinit", "subscript"].first { word in
            guard text[position...].starts(with: word) else { return false }
            let after = position + word.count
            return after >= text.count || !isWordy(text[after])
        }
    }

    private func isWordy(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// The closing brace of the body; nil for a requirement of a protocol, which has none.
    private func end(after start: Int) -> Int? {
        var depth = 0
        for position in start..<text.count {
            switch text[position] {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return closing(of: position)
            case "}" where depth == 0: return nil
            case "\n" where depth == 0 && !goesOn(after: position): return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private func goesOn(after position: Int) -> Bool {
        let rest = text[(position + 1)...].drop { $0.isWhitespace }
        return ["{", "->", "where", "async", "throws", "rethrows"].contains {
            rest.starts(with: $0)
        }
    }

    private func closing(of open: Int) -> Int? {
        var depth = 0
        for position in open..<text.count {
            if text[position] == "{" { depth += 1 }
            if text[position] == "}" { depth -= 1 }
            if depth == 0 { return position }
        }
        return nil
    }
}
