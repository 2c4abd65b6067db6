import Foundation
import Glibc
import Synchronization

/// An HTTP/1.1 server made of sockets and threads, that misbehaves exactly as it is told.
final class RawServer: Sendable {
    struct Request: Sendable {
        /// Counts connections from 1.
        let connection: Int
        /// Counts the requests of that connection from 1.
        let number: Int
        let method: String
        let target: String
        /// By lower-case name.
        let headers: [String: String]
        let body: [UInt8]
    }

    enum Reply: Sendable {
        /// Bytes as they are; the connection stays open.
        case raw(String)
        /// Closes without an answer.
        case hangUp
        /// Sends a TCP reset.
        case reset
        /// Sends these bytes, then closes.
        case last(String)
        /// Waits until the peer goes away.
        case silence

        static func ok(_ body: String, _ fields: String = "") -> Reply {
            .raw(
                "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
        }
    }

    private struct State {
        var requests: [Request] = []
        var connections: [Int: CInt] = [:]
        var accepted = 0
        var abandoned = 0
        var isStopped = false
    }

    let port: UInt16
    private let listener: CInt
    private let state = Mutex(State())
    private let answer: @Sendable (Request) -> Reply

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { state.withLock { $0.requests } }
    /// How many peers went away while they were given silence.
    var abandoned: Int { state.withLock { $0.abandoned } }

    init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
        self.answer = answer
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) | listen(listener, 512) | getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Closes the listener and every connection.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            shutdown(listener, CInt(SHUT_RDWR))
            for descriptor in state.connections.values { shutdown(descriptor, CInt(SHUT_RDWR)) }
        }
    }

    private func acceptAll() {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            let number = state.withLock { state in
                state.accepted += 1
                state.connections[state.accepted] = descriptor
                return state.accepted
            }
            Thread.detachNewThread { self.serve(descriptor, number) }
        }
        close(listener)
    }

    private func serve(_ descriptor: CInt, _ number: Int) {
        var reader = RequestReader(descriptor: descriptor, connection: number)
        while let request = reader.next() {
            state.withLock { $0.requests.append(request) }
            guard carryOut(answer(request), on: descriptor) else { break }
        }
        state.withLock { $0.connections[number] = nil }
        close(descriptor)
    }

    /// Whether the connection goes on.
    private func carryOut(_ reply: Reply, on descriptor: CInt) -> Bool {
        switch reply {
        case .raw(let text): return write(text, to: descriptor)
        case .last(let text):
            _ = write(text, to: descriptor)
            return false
        case .hangUp: return false
        case .reset:
            var abort = linger(l_onoff: 1, l_linger: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_LINGER, &abort, socklen_t(MemoryLayout<linger>.size))
            return false
        case .silence:
            var byte: UInt8 = 0
            while recv(descriptor, &byte, 1, 0) > 0 {}
            state.withLock { $0.abandoned += $0.isStopped ? 0 : 1 }
            return false
        }
    }

    private func write(_ text: String, to descriptor: CInt) -> Bool {
        var rest = ArraySlice(Array(text.utf8))
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
