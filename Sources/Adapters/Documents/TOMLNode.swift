/// A value of a TOML document and where it stands.
indirect enum TOMLNode: Sendable {
    /// A string in one line; the range includes the quotes.
    case string(TOMLText, Range<Int>)
    /// A string in `"""` or `'''`.
    case lines(Range<Int>)
    case array([TOMLNode], Range<Int>)
    /// An inline table with its keys, each a dotted path.
    case table([TOMLEntry], Range<Int>)
    /// A number, a boolean, a date.
    case other(Range<Int>)

    /// The bytes that the value takes up.
    var range: Range<Int> {
        switch self {
        case .string(_, let range), .lines(let range), .array(_, let range),
            .table(_, let range), .other(let range):
            range
        }
    }
}

/// A key of a TOML table, dotted or not, and its value.
struct TOMLEntry: Sendable {
    let key: [String]
    let value: TOMLNode
}

/// The text of a TOML string.
struct TOMLText: Sendable {
    /// How it is quoted.
    enum Style: Sendable, Hashable { case basic, literal }

    let style: Style
    /// Decoded; nil where it has an escape that only TOML 1.1 knows.
    let text: String?

    /// A text in quotes; nil where they can't hold it.
    static func spelled(_ text: String, as style: Style) -> [UInt8]? {
        let isControl = { (byte: UInt8) in byte < 0x20 || byte == 0x7F }
        guard style == .basic else {
            guard !text.utf8.contains(where: { isControl($0) || $0 == UInt8(ascii: "'") }) else {
                return nil
            }
            return Array("'\(text)'".utf8)
        }
        var spelled: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): spelled += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): spelled += Array("\\n".utf8)
            case UInt8(ascii: "\r"): spelled += Array("\\r".utf8)
            case UInt8(ascii: "\t"): spelled += Array("\\t".utf8)
            case _ where isControl(byte): spelled += Array("\\u00\(HexText.of([byte]))".utf8)
            default: spelled.append(byte)
            }
        }
        return spelled + [UInt8(ascii: "\"")]
    }
}
