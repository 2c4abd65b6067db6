import Foundation

/// One request on one connection of its own, over a plain socket.
///
/// Nothing here retries or pools, so a cut connection shows as it is.
struct RawHTTP: Sendable {
    /// What a server said.
    struct Answer: Sendable {
        let status: Int
        /// Names in lower case.
        let headers: [String: String]
        let body: Data

        var json: JSON { (try? JSON(body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// How a connection ended without an answer.
    enum Cut: Error, Equatable {
        case emptyReply
        case reset
        case refused(Int32)
    }

    let port: UInt16

    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: String? = nil
    ) throws -> Answer {
        let connection = try connect()
        defer { close(connection) }
        var lines = ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
        lines += headers.map { "\($0): \($1)" }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let message = lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
        try write(Data(message.utf8), to: connection)
        return try parse(readAll(connection))
    }

    private func connect() throws -> Int32 {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
            throw Cut.refused(errno)
        }
        return connection
    }

    private func write(_ data: Data, to connection: Int32) throws {
        let sent = data.withUnsafeBytes {
            Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == data.count else { throw Cut.reset }
    }

    private func readAll(_ connection: Int32) throws -> Data {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0 { throw Cut.reset }
            if count == 0 { break }
            data += buffer[..<count]
        }
        if data.isEmpty { throw Cut.emptyReply }
        return data
    }

    private func parse(_ data: Data) throws -> Answer {
        guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else { throw Cut.emptyReply }
        var lines = String(decoding: data[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        let status = lines.removeFirst().split(separator: " ").dropFirst().first ?? ""
        var headers: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return Answer(
            status: Int(status) ?? 0, headers: headers, body: Data(data[end.upperBound...]))
    }
}
