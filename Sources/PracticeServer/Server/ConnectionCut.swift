import Glibc
import NIOCore

/// Thrown after a connection was ended on purpose; nobody is left to hear an answer.
struct ConnectionCut: Error {}

extension PracticeContext {
    /// Ends the connection without an answer: an empty reply to the client.
    func hangUp() async -> ConnectionCut {
        _ = try? await channel.close().get()
        return ConnectionCut()
    }

    /// Ends the connection with a TCP reset: lingering for no time makes close send RST.
    func reset() async -> ConnectionCut {
        let socket = channel as? any SocketOptionProvider
        try? await socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        return await hangUp()
    }
}
