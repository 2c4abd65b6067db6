import Foundation
import Glibc
import Synchronization

/// A socket that gives every connection the same bytes, after it has read a request's first part.
final class OneAnswerServer: Sendable {
    let port: UInt16
    private let listener: CInt
    private let seen = Mutex<[String]>([])

    /// The beginnings of the requests so far.
    var requests: [String] { seen.withLock { $0 } }

    init(_ answer: String) throws {
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) | listen(listener, 8) | getsockname(listener, $0, &size)
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.serve(answer) }
    }

    func stop() { shutdown(listener, CInt(SHUT_RDWR)) }

    private func serve(_ answer: String) {
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { break }
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            seen.withLock {
                $0.append(String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self))
            }
            _ = answer.withCString { send(descriptor, $0, strlen($0), CInt(MSG_NOSIGNAL)) }
            close(descriptor)
        }
        close(listener)
    }
}
