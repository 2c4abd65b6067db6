import Foundation
import ProcessTesting

/// A server that answers every request alike: with an error full of control characters, unless it
/// is told another answer.
final class HostileServer: Sendable {
    /// Its base URL.
    let url: String

    static let error =
        #"{"errorCode":"E0000022","errorSummary":"\u001b[31mred\u001b[0m\r\n"#
        + #"holdover: state: all is well \u202egnihton\u009b2J","errorCauses":[]}"#

    /// Listens until the workbench is cleared away.
    init(
        on bench: Workbench, status: String = "400 Bad Request", answer body: String = error
    ) throws {
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
        url = "http://127.0.0.1:\(port)"
        bench.whenClearing {
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
        }
        Thread.detachNewThread {
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                Self.answer(connection, status, body)
                close(connection)
            }
        }
    }

    private static func answer(_ connection: Int32, _ status: String, _ body: String) {
        var request = Data()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while request.firstRange(of: Data("\r\n\r\n".utf8)) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let head =
            "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
        let message = Data((head + body).utf8)
        _ = message.withUnsafeBytes {
            send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
