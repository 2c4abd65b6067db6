/// How a text is written as a YAML scalar of one line.
enum YAMLSpelling {
    /// What YAML 1.1 takes for the end of a line.
    static let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]

    /// `text` in the quotes that were there; a plain one gets some where it needs them.
    static func spelled(_ text: String, as style: YAMLEvent.Style) throws(DocumentProblem)
        -> [UInt8]
    {
        switch style {
        case .plain where YAMLPlain.isSafe(text): return Array(text.utf8)
        case .plain where text.unicodeScalars.allSatisfy(isPrintable): return single(text)
        case .single:
            guard text.unicodeScalars.allSatisfy(isPrintable) else { throw .unrepresentable }
            return single(text)
        case .plain, .double: return double(text)
        case .none, .literal, .folded, .flow, .block: throw .unrepresentable
        }
    }

    /// A key, with quotes where it needs them.
    static func key(_ text: String) -> [UInt8] {
        YAMLPlain.isSafe(text) ? Array(text.utf8) : double(text)
    }

    private static func single(_ text: String) -> [UInt8] {
        Array("'\(text.replacing("'", with: "''"))'".utf8)
    }

    /// Double quotes hold everything.
    static func double(_ text: String) -> [UInt8] {
        var spelled = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": spelled += "\\\(scalar)"
            case "\n": spelled += "\\n"
            case "\r": spelled += "\\r"
            case "\t": spelled += "\\t"
            case _ where isPrintable(scalar): spelled.unicodeScalars.append(scalar)
            default: spelled += escape(scalar)
            }
        }
        return Array((spelled + "\"").utf8)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16)
        let (letter, width) =
            scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - hex.utf8.count) + hex
    }

    /// What stands in quotes as itself, in one line: no break, no tab, no byte order mark.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E: true
        case 0xFEFF, 0x2028, 0x2029: false
        case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
