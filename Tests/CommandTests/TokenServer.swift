import Foundation
import ProcessTesting
import Synchronization

/// An issuer with metadata and a token endpoint, which remembers what it was asked for.
final class TokenServer: Sendable {
    /// What it says.
    struct Answers: Sendable {
        /// How clients may prove themselves.
        var methods = ["client_secret_basic"]
        /// Further members of the metadata, each with a comma before it.
        var more = ""
        /// How long its tokens live.
        var lifetime = 3_600
        /// The scope that it grants.
        var scope = "a"
    }

    /// Its base URL, which is its issuer.
    let url: String
    private let record: Mutex<[String]>

    /// The bodies of the token requests so far.
    var requests: [String] { record.withLock(\.self) }

    /// Listens until the workbench is cleared away.
    convenience init(on bench: Workbench, _ change: (inout Answers) -> Void = { _ in }) throws {
        var answers = Answers()
        change(&answers)
        try self.init(bench, answers)
    }

    private init(_ bench: Workbench, _ answers: Answers) throws {
        let shelf = Shelf()
        record = Mutex([])
        url = try LoopbackListener.open(on: bench) { connection in
            guard let request = Self.read(connection) else { return }
            LoopbackListener.answer(connection, shelf.server?.answer(request, answers) ?? "{}")
        }
        shelf.put(self)
    }

    /// Leads from the listener, which is there first, to the server.
    private final class Shelf: Sendable {
        private let held = Mutex<TokenServer?>(nil)
        var server: TokenServer? { held.withLock(\.self) }
        func put(_ server: TokenServer) { held.withLock { $0 = server } }
    }

    private func answer(_ request: String, _ answers: Answers) -> String {
        guard request.hasPrefix("POST ") else {
            let methods = answers.methods.map { "\"\($0)\"" }.joined(separator: ",")
            return #"{"issuer":"\#(url)","token_endpoint":"\#(url)/token","#
                + #""token_endpoint_auth_methods_supported":[\#(methods)]\#(answers.more)}"#
        }
        let body = request.firstRange(of: "\r\n\r\n").map { request[$0.upperBound...] } ?? ""
        let number = record.withLock { record in
            record.append(String(body))
            return record.count
        }
        return #"{"access_token":"token-\#(number)","token_type":"Bearer","#
            + #""expires_in":\#(answers.lifetime),"scope":"\#(answers.scope)"}"#
    }

    /// A whole request; nil where the connection ends before.
    private static func read(_ connection: Int32) -> String? {
        var request = Data()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            request += buffer[..<count]
            let text = String(decoding: request, as: UTF8.self)
            guard let head = text.firstRange(of: "\r\n\r\n") else { continue }
            let field = text[..<head.lowerBound].firstMatch(of: /Content-Length: (\d+)/)
            let length = field.flatMap { Int($0.output.1) } ?? 0
            if text[head.upperBound...].utf8.count >= length { return text }
        }
    }
}
