import Glibc

/// Reads requests with a `Content-Length`, one after another, from a socket.
struct RequestReader {
    let descriptor: CInt
    let connection: Int
    private var buffer: [UInt8] = []
    private var count = 0

    init(descriptor: CInt, connection: Int) {
        self.descriptor = descriptor
        self.connection = connection
    }

    mutating func next() -> RawServer.Request? {
        guard let head = readHead() else { return nil }
        let lines = head.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            headers[line[..<colon].lowercased()] = String(line[colon...].dropFirst(2))
        }
        guard let body = readBody(Int(headers["content-length"] ?? "0") ?? 0) else { return nil }
        count += 1
        return RawServer.Request(
            connection: connection, number: count, method: String(words[0]),
            target: String(words[1]), headers: headers, body: body)
    }

    private mutating func readHead() -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let start = buffer.indices.first(where: { buffer[$0...].starts(with: end) }) {
                defer { buffer.removeFirst(start + end.count) }
                return String(decoding: buffer[..<start], as: UTF8.self)
            }
            guard fill() else { return nil }
        }
    }

    private mutating func readBody(_ length: Int) -> [UInt8]? {
        while buffer.count < length { guard fill() else { return nil } }
        defer { buffer.removeFirst(length) }
        return Array(buffer.prefix(length))
    }

    private mutating func fill() -> Bool {
        var part = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        buffer += part[..<count]
        return true
    }
}
