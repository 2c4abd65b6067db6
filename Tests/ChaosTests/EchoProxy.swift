import Foundation
import Synchronization

/// Stands before a server and answers chosen requests with an echo of what it was sent.
///
/// Careless servers and debug pages do that, and then an error text holds a secret.
final class EchoProxy: Sendable {
    /// How an echo is dressed.
    enum Dress: String, CaseIterable {
        /// A 400 in the words of Okta's, OAuth's and OpenBao's errors at once.
        case json
        /// A 500 with a page for people.
        case html
        /// A 200 whose JSON is something else altogether.
        case success
    }

    let port: UInt16
    private let upstream: UInt16
    private let dress: Dress
    /// Part of `METHOD path`; a request with it is echoed.
    private let trigger: String
    private let listener: Int32
    private let echoed = Mutex<[String]>([])

    var url: String { "http://127.0.0.1:\(port)" }
    /// The requests that were echoed.
    var requests: [String] { echoed.withLock { $0 } }

    struct NotListening: Error {}

    init(before upstream: String, echoing trigger: String, as dress: Dress) throws {
        guard let port = upstream.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw NotListening()
        }
        self.upstream = port
        self.trigger = trigger
        self.dress = dress
        let listener = Self.socket()
        self.listener = listener
        var address = Self.address(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) | listen(listener, 64) | getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw NotListening() }
        self.port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.serve() }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func socket() -> Int32 {
        Foundation.socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            Thread.detachNewThread {
                self.answer(connection)
                close(connection)
            }
        }
    }

    private func answer(_ connection: Int32) {
        var request = Data()
        while !Self.isWhole(request) {
            guard let more = Self.receive(connection) else { return }
            request += more
        }
        let text = String(decoding: request, as: UTF8.self)
        guard text.prefix(while: { $0 != "\r\n" }).contains(trigger) else {
            return forward(text, to: connection)
        }
        echoed.withLock { $0.append(text) }
        Self.send(dressed(text), connection)
    }

    private static func isWhole(_ data: Data) -> Bool {
        guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: data[..<end.lowerBound], as: UTF8.self).lowercased()
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        return data.distance(from: end.upperBound, to: data.endIndex) >= (length ?? 0)
    }

    private static func receive(_ connection: Int32) -> Data? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(connection, &buffer, buffer.count, 0)
        return count > 0 ? Data(buffer[..<count]) : nil
    }

    private static func send(_ data: Data, _ connection: Int32) {
        _ = data.withUnsafeBytes {
            Foundation.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func forward(_ request: String, to connection: Int32) {
        let server = Self.socket()
        defer { close(server) }
        var address = Self.address(upstream)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0, let end = request.range(of: "\r\n") else { return }
        let closing = request.replacingCharacters(in: end, with: "\r\nConnection: close\r\n")
        Self.send(Data(closing.utf8), server)
        var answer = Data()
        while let more = Self.receive(server) { answer += more }
        // The server's addresses become ours: both ports have five digits, so the length stays.
        let text = String(decoding: answer, as: UTF8.self)
            .replacingOccurrences(of: "127.0.0.1:\(upstream)", with: "127.0.0.1:\(port)")
        Self.send(Data(text.utf8), connection)
    }

    private func dressed(_ request: String) -> Data {
        let (status, type, body) =
            switch dress {
            case .html:
                ("500 Oops", "text/html", "<html><title>Trace</title><pre>\(request)</pre></html>")
            case .json: ("400 Bad Request", "application/json", Self.json(request))
            case .success: ("200 OK", "application/json", Self.json(request))
            }
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n"
        return Data((head + body).utf8)
    }

    /// The words that each vendor's errors are read by.
    ///
    /// The secret's header comes first, so that a text which is cut still has it.
    private static func json(_ request: String) -> String {
        let lines = request.components(separatedBy: "\r\n")
        let said =
            lines.filter { $0.lowercased().contains("auth") || $0.hasPrefix("X-") }
            .map { String($0.drop { $0 != " " }) } + [lines.last ?? ""] + lines
        let quoted = said.joined(separator: " ").replacingOccurrences(of: "\\", with: "\\\\")
            .replacingOccurrences(of: "\"", with: "\\\"")
        return #"{"errorCode":"E0000001","errorSummary":"\#(quoted)","error":"\#(quoted)","#
            + #""error_description":"\#(quoted)","errors":["\#(quoted)"],"#
            + #""errorMessage":"\#(quoted)"}"#
    }
}
