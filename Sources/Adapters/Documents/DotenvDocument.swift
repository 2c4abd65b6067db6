/// A file of `NAME=value` lines, by the bytes that one value takes up.
///
/// Readers of such files disagree about the finer points, so this one knows only what they agree on
/// and refuses the rest: comments, `export`, values bare or in single or double quotes, which may
/// go on over lines; in double quotes the escapes `\\ \" \n \r \t`. Lines that are no assignment
/// are kept.
struct DotenvDocument: Sendable {
    /// How a value is quoted.
    enum Style: Sendable, Hashable { case bare, single, double }

    /// One assignment.
    struct Assignment: Sendable, Hashable {
        let name: String
        let style: Style
        /// The value's bytes, without quotes.
        let range: Range<Int>
    }

    /// Why a file isn't understood.
    enum Malformed: Error, Sendable, Hashable {
        /// A quote isn't closed, or something stands behind the closing one.
        case quoting(line: Int)
        /// The variable is there twice.
        case repeated
        /// The value has an escape that readers understand differently, or isn't UTF-8.
        case ambiguous
    }

    let bytes: [UInt8]
    private let assignments: [Assignment]

    init(_ bytes: [UInt8]) throws(Malformed) {
        var parser = DotenvParser(bytes)
        assignments = try parser.assignments()
        self.bytes = bytes
    }

    /// The only assignment of `name`; nil where there is none.
    func assignment(of name: String) throws(Malformed) -> Assignment? {
        let found = assignments.filter { $0.name == name }
        guard found.count < 2 else { throw .repeated }
        return found.first
    }

    /// The value of an assignment.
    func value(of assignment: Assignment) throws(Malformed) -> String {
        let raw = bytes[assignment.range]
        let plain = assignment.style == .double ? try Self.unescaped(raw) : Array(raw)
        guard let text = String(validating: plain, as: UTF8.self) else { throw .ambiguous }
        return text
    }

    /// The bytes with the value of `assignment` exchanged, its quotes kept; nil where the value
    /// can't be written between them.
    func replacing(_ assignment: Assignment, with value: String) -> [UInt8]? {
        guard let spelled = Self.spelled(value, in: assignment.style) else { return nil }
        let changed =
            Array(bytes[..<assignment.range.lowerBound]) + spelled
            + bytes[assignment.range.upperBound...]
        return Self.holds(changed, assignment.name, value) ? changed : nil
    }

    /// The bytes with an assignment added on a line of its own at the end; nil where the value
    /// needs quotes.
    func adding(_ name: String, _ value: String) -> [UInt8]? {
        let needsLineEnd = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
        let changed = bytes + (needsLineEnd ? [UInt8(ascii: "\n")] : []) + "\(name)=\(value)\n".utf8
        return Self.holds(changed, name, value) ? changed : nil
    }

    /// Whether what was written reads back as what was meant.
    private static func holds(_ bytes: [UInt8], _ name: String, _ value: String) -> Bool {
        guard let document = try? DotenvDocument(bytes),
            let assignment = try? document.assignment(of: name)
        else { return false }
        return (try? document.value(of: assignment)) == value
    }

    private static func spelled(_ value: String, in style: Style) -> [UInt8]? {
        switch style {
        case .bare, .single: return Array(value.utf8)
        case .double:
            return value.utf8.flatMap { byte -> [UInt8] in
                switch byte {
                case UInt8(ascii: "\\"), UInt8(ascii: "\""): [UInt8(ascii: "\\"), byte]
                case UInt8(ascii: "\n"): Array("\\n".utf8)
                case UInt8(ascii: "\r"): Array("\\r".utf8)
                default: [byte]
                }
            }
        }
    }

    private static func unescaped(_ raw: ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
        var plain: [UInt8] = []
        var rest = raw
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                plain.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "\\"): plain.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "\""): plain.append(UInt8(ascii: "\""))
            case UInt8(ascii: "n"): plain.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "r"): plain.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "t"): plain.append(UInt8(ascii: "\t"))
            default: throw .ambiguous
            }
        }
        return plain
    }
}
