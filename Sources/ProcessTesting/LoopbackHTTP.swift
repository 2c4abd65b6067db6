public import Foundation

/// One request on one connection of its own to 127.0.0.1, over a plain socket.
///
/// Nothing here retries or pools, and it blocks none of the threads that tests run on.
public struct LoopbackHTTP: Sendable {
    /// What a server said.
    public struct Answer: Sendable {
        /// The status code.
        public let status: Int
        /// The body, its chunks joined.
        public let body: Data

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }

        /// The body as JSON, with names in snake case.
        public func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(type, from: body)
        }
    }

    /// A request that came to nothing.
    public struct Failure: Error, CustomStringConvertible {
        /// What happened.
        public let description: String
    }

    private let port: UInt16

    /// The server at a base URL such as `http://127.0.0.1:4711`; only its port counts.
    public init(_ base: String) throws {
        guard let port = base.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw Failure(description: "\(base) has no port")
        }
        self.port = port
    }

    /// Sends a request and reads the whole answer.
    public func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try exchange(method, path, headers, body) })
            }
        }
    }

    private func exchange(
        _ method: String, _ path: String, _ headers: [String: String], _ body: String?
    ) throws -> Answer {
        let connection = try connect()
        defer { close(connection) }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"]
        lines += headers.map { "\($0): \($1)" }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let message = Data((lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")).utf8)
        let sent = message.withUnsafeBytes {
            Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == message.count else { throw Failure(description: "the request was cut") }
        return try Self.parse(Self.readAll(connection))
    }

    private func connect() throws -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let connection = socket(AF_INET, kind, 0)
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(
            connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            defer { close(connection) }
            throw Failure(description: "port \(port): \(String(cString: strerror(errno)))")
        }
        return connection
    }

    private static func readAll(_ connection: Int32) throws -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count >= 0 else { throw Failure(description: "the answer was cut") }
            if count == 0 { return data }
            data += buffer[..<count]
        }
    }

    private static func parse(_ data: Data) throws -> Answer {
        guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw Failure(description: "the answer has no head")
        }
        let head = String(decoding: data[..<end.lowerBound], as: UTF8.self)
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let body = Data(data[end.upperBound...])
        let isChunked = head.lowercased().contains("transfer-encoding: chunked")
        return Answer(status: status, body: isChunked ? joined(body) : body)
    }

    private static func joined(_ chunks: Data) -> Data {
        var (rest, whole) = (chunks, Data())
        while let line = rest.firstRange(of: Data("\r\n".utf8)),
            let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16),
            size > 0, rest.distance(from: line.upperBound, to: rest.endIndex) >= size + 2
        {
            whole += rest[line.upperBound..<(line.upperBound + size)]
            rest = Data(rest[(line.upperBound + size + 2)...])
        }
        return whole
    }
}
