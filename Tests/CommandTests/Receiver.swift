import Foundation
import ProcessTesting
import Synchronization

/// Whoever is told: keeps every request, and answers each path as it is told to.
final class Receiver: Sendable {
    /// What came in.
    struct Message: Sendable {
        let method: String
        let path: String
        /// By lower-case name.
        let headers: [String: String]
        let body: Data

        /// The body of a webhook.
        struct Alert: Decodable {
            struct Data: Decodable {
                let kind, severity, subject, code, title, detail, standing, next: String
                let client: String?
            }
            let id, type: String
            let data: Data
        }

        func alert() throws -> Alert { try JSONDecoder().decode(Alert.self, from: body) }
    }

    /// How a path answers.
    enum Answer: Sendable {
        case status(Int, String = "ok")
        /// Nothing, until the sender goes away.
        case silence
    }

    private struct State {
        var messages: [Message] = []
        var answers: [String: Answer] = [:]
    }

    private let state = Mutex(State())
    private let address = Mutex("")

    /// Its base URL.
    var url: String { address.withLock { $0 } }

    /// Listens until the workbench is cleared away.
    init(on bench: Workbench) throws {
        let url = try LoopbackListener.open(on: bench) { [self] in serve($0) }
        address.withLock { $0 = url }
    }

    /// What came to a path.
    func messages(at path: String) -> [Message] {
        state.withLock { $0.messages.filter { $0.path == path } }
    }

    /// The types of the alerts that came to a path, behind `holdover.alert.`.
    func events(at path: String) throws -> [String] {
        try messages(at: path).map { String(try $0.alert().type.dropFirst(15)) }
    }

    /// Answers a path so from now on.
    func set(_ path: String, _ answer: Answer) { state.withLock { $0.answers[path] = answer } }

    private func serve(_ connection: Int32) {
        guard let message = Self.read(connection) else { return }
        let answer = state.withLock { state in
            state.messages.append(message)
            return state.answers[message.path] ?? .status(200)
        }
        switch answer {
        case .status(let status, let body):
            let text =
                "HTTP/1.1 \(status) Said\r\nContent-Length: \(body.utf8.count)\r\n"
                + "Location: http://127.0.0.1:9/\r\nConnection: close\r\n\r\n\(body)"
            let bytes = Array(text.utf8)
            _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        case .silence:
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
        }
    }

    private static func read(_ connection: Int32) -> Message? {
        var data = Data()
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let message = parse(data) { return message }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            data += buffer[..<count]
        }
    }

    private static func parse(_ data: Data) -> Message? {
        guard let end = data.firstRange(of: Data("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self)
            .components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        let fields = lines.dropFirst().map { line in
            let name = line.prefix { $0 != ":" }
            return (name.lowercased(), String(line.dropFirst(name.count + 2)))
        }
        let headers = Dictionary(fields, uniquingKeysWith: { first, _ in first })
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        let body = Data(data[end.upperBound...])
        guard words.count > 1, body.count >= length else { return nil }
        return Message(method: words[0], path: words[1], headers: headers, body: body)
    }
}
