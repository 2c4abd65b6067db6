/// A document in which one text can be read and exchanged, with every other byte left as it is.
protocol EditableDocument: Sendable {
    /// The bytes of a document in which nothing stands.
    static var blank: [UInt8] { get }

    /// Reads the document; refuses bytes that are none of its kind.
    init(reading bytes: [UInt8]) throws(DocumentProblem)

    /// The text at `path`; nil where there is none, or nothing in its place.
    func text(at path: [String]) throws(DocumentProblem) -> String?

    /// The bytes with `text` at `path`, where it is made if its surroundings are there.
    ///
    /// What is written reads back as what was meant, and everything else as before; what couldn't
    /// is refused.
    func setting(_ path: [String], to text: String) throws(DocumentProblem) -> [UInt8]
}

extension EditableDocument {
    /// Most are nothing at all.
    static var blank: [UInt8] { [] }

    /// `bytes` with `range` exchanged.
    static func exchanging(_ range: Range<Int>, of bytes: [UInt8], with spelled: [UInt8])
        -> [UInt8]
    {
        Array(bytes[..<range.lowerBound]) + spelled + bytes[range.upperBound...]
    }

    /// How lines of `bytes` end.
    static func lineEnd(of bytes: [UInt8]) -> [UInt8] {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0,
            bytes[end - 1] == UInt8(ascii: "\r")
        else { return [UInt8(ascii: "\n")] }
        return Array("\r\n".utf8)
    }

    /// `bytes` with a line behind the last one, which is ended if it isn't.
    static func appending(_ line: [UInt8], to bytes: [UInt8]) -> [UInt8] {
        let end = lineEnd(of: bytes)
        let isOpen = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
        return bytes + (isOpen ? end : []) + line + end
    }
}
