import Foundation
import ProcessTesting

/// A socket on a free port of loopback, with a thread for each connection.
enum LoopbackListener {
    /// Listens until the workbench is cleared away; its base URL.
    ///
    /// A connection that was served is closed.
    static func open(
        on bench: Workbench, _ serve: @escaping @Sendable (_ connection: Int32) -> Void
    ) throws -> String {
        let listener = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(listener, generic, length) == 0, listen(listener, 16) == 0,
                    getsockname(listener, generic, &length) == 0
                else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        bench.whenClearing {
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
        }
        Thread.detachNewThread {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Thread.detachNewThread {
                    serve(connection)
                    close(connection)
                }
            }
        }
        return "http://127.0.0.1:\(port)"
    }

    /// Answers with JSON, and that this was the connection's last answer.
    static func answer(_ connection: Int32, status: String = "200 OK", _ body: String) {
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        let message = Data((head + body).utf8)
        _ = message.withUnsafeBytes {
            send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
