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
        url = try LoopbackListener.open(on: bench) { Self.answer($0, status, body) }
    }

    private static func answer(_ connection: Int32, _ status: String, _ body: String) {
        var request = Data()
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while request.firstRange(of: Data("\r\n\r\n".utf8)) == nil {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        LoopbackListener.answer(connection, status: status, body)
    }
}
