import RotationCore
import Synchronization

/// Counts the calls of a server's port, and kills the engine at one of them.
///
/// A dead engine's further calls come to nothing, until the next engine is attached.
final class FatalCall: Sendable {
    /// On which side of the call the process dies.
    enum Side: String, Sendable {
        /// Nothing happened.
        case before
        /// It happened, and nobody knows.
        case after
    }

    private struct State {
        var calls = 0
        var isDead = false
        var isReached = false
        var isChange = false
        var isChanged = false
        var sever: (@Sendable () async -> Void)?
    }

    private let number: Int
    private let side: Side
    /// What somebody else does in front of the first call that changes anything.
    private let deed: @Sendable () async throws(AdapterError) -> Void
    private let state = Mutex(State())

    /// The call of this number, counted from 1 over all engines.
    init(
        _ number: Int, _ side: Side,
        deed: @escaping @Sendable () async throws(AdapterError) -> Void
    ) {
        (self.number, self.side, self.deed) = (number, side, deed)
    }

    /// Whether there was a call of that number.
    var isReached: Bool { state.withLock { $0.isReached } }
    /// Whether that call changes anything where it isn't kept from it.
    var isChange: Bool { state.withLock { $0.isChange } }
    /// Whether the engine that was attached last was killed.
    var isDead: Bool { state.withLock { $0.isDead } }

    /// Makes a new engine the one that is killed by `sever`.
    func attach(sever: @escaping @Sendable () async -> Void) {
        state.withLock { ($0.isDead, $0.sever) = (false, sever) }
    }

    /// Makes a call, unless the process dies first.
    func call<Result: Sendable>(
        changes: Bool = false, _ effect: () async throws(AdapterError) -> Result
    ) async throws(AdapterError) -> Result {
        let (isFatal, isFirst) = state.withLock { state -> (Bool?, Bool) in
            if state.isDead { return (nil, false) }
            state.calls += 1
            let isFirst = changes && !state.isChanged
            if changes { state.isChanged = true }
            guard state.calls == number else { return (false, isFirst) }
            (state.isReached, state.isChange) = (true, changes)
            return (true, isFirst)
        }
        if isFirst { try await deed() }
        switch isFatal {
        case false?: return try await effect()
        case true?:
            if side == .after { _ = try? await effect() }
            await kill()
        case nil: break
        }
        throw AdapterError(.unknown, code: "killed", message: "the process is dead")
    }

    private func kill() async {
        let sever = state.withLock { state in
            state.isDead = true
            return state.sever
        }
        await sever?()
    }
}
