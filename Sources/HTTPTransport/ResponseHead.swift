/// The header lines of an answer, as libcurl hands them over one by one.
struct ResponseHead {
    private(set) var headers = HTTPHeaders()
    /// The bytes of all lines so far, those of interim answers and trailers included.
    private(set) var size = 0
    /// Whether the blank line behind the headers has come.
    private(set) var isComplete = false

    mutating func receive(_ bytes: UnsafeRawBufferPointer) {
        size += bytes.count
        let line = Self.trimmed(bytes)
        if line.isEmpty {
            isComplete = true
        } else if bytes.starts(with: "HTTP/".utf8) {
            // A final answer follows an interim one, such as 103.
            headers = HTTPHeaders()
            isComplete = false
        } else if !isComplete, let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(
                name: String(decoding: line[..<colon], as: UTF8.self),
                value: String(
                    decoding: Self.trimmed(.init(rebasing: line[line.index(after: colon)...])),
                    as: UTF8.self))
        }
        // Anything else is a trailer, or a folded line, which RFC 9112 §5.2 lets us not read.
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D || $0 == 0x0A }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }),
            let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return .init(start: nil, count: 0) }
        return .init(rebasing: bytes[first...last])
    }
}
