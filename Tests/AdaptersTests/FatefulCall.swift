import RotationCore
import Synchronization

/// Counts the calls of a server's port, and lets something happen at one of them.
///
/// A dead engine's further calls come to nothing, until the next engine is attached.
final class FatefulCall: Sendable {
    /// On which side of the call it happens.
    enum Side: String, Sendable {
        /// The call comes to nothing.
        case before
        /// It came through, and nobody knows.
        case after
    }

    /// What happens.
    enum Happening: Sendable {
        /// The process dies.
        case death(Side)
        /// The process lives, and hears nothing.
        case silence(Side)
        /// A person asks for a rollback while the call is on its way.
        case rollback
        /// Nothing.
        case nothing

        /// A word for it.
        var word: String {
            switch self {
            case .death(let side): "death-\(side.rawValue)"
            case .silence(let side): "silence-\(side.rawValue)"
            case .rollback: "rollback"
            case .nothing: "nothing"
            }
        }
    }

    /// What a call is for.
    enum Kind: Sendable {
        case look, creation, toggle, deletion
    }

    private struct State {
        var calls: [Kind] = []
        var isDead = false
        var sever: (@Sendable () async -> Void)?
        var askForRollback: (@Sendable () throws -> Phase?)?
        var askedIn: Phase?
    }

    private let number: Int
    private let happening: Happening
    /// What somebody else does in front of the first call that changes anything.
    private let deed: @Sendable () async throws(AdapterError) -> Void
    /// Looks at the world behind each call that changes anything.
    private let witness: @Sendable () async -> Void
    private let state = Mutex(State())

    /// The call of this number, counted from 1 over all engines.
    init(
        _ number: Int, _ happening: Happening,
        deed: @escaping @Sendable () async throws(AdapterError) -> Void = {},
        witness: @escaping @Sendable () async -> Void = {}
    ) {
        (self.number, self.happening, self.deed, self.witness) = (number, happening, deed, witness)
    }

    /// The calls up to the one of that number.
    private var calls: ArraySlice<Kind> { state.withLock { $0.calls.prefix(number) } }
    /// Whether there was a call of that number.
    var isReached: Bool { calls.count == number }
    /// Whether that call changes anything where it isn't kept from it.
    var isChange: Bool { isReached && calls.last != .look }
    /// Whether it is a creation.
    var isCreation: Bool { isReached && calls.last == .creation }
    /// How many calls up to that one, and at it, were for something.
    func count(_ kind: Kind) -> Int { calls.count { $0 == kind } }
    /// How many changed anything, of all.
    var changes: Int { state.withLock { $0.calls.count { $0 != .look } } }
    /// How many would have deleted anything, of all.
    var deletions: Int { state.withLock { $0.calls.count { $0 == .deletion } } }
    /// Whether the engine that was attached last was killed.
    var isDead: Bool { state.withLock { $0.isDead } }
    /// The phase in the journal when a rollback was asked for; nil where nobody heard it.
    var askedIn: Phase? { state.withLock { $0.askedIn } }

    /// Makes a new engine the one that is killed by `sever`, and that hears a person who asks.
    func attach(
        sever: @escaping @Sendable () async -> Void,
        askForRollback: @escaping @Sendable () throws -> Phase?
    ) {
        state.withLock {
            ($0.isDead, $0.sever, $0.askForRollback) = (false, sever, askForRollback)
        }
    }

    /// Makes a call, unless something else happens.
    func call<Result: Sendable>(
        _ kind: Kind = .look, _ effect: () async throws(AdapterError) -> Result
    ) async throws(AdapterError) -> Result {
        let (isDead, isFirst, isFateful) = state.withLock { state in
            if state.isDead { return (true, false, false) }
            let isFirst = kind != .look && state.calls.allSatisfy { $0 == .look }
            state.calls.append(kind)
            return (false, isFirst, state.calls.count == number)
        }
        if isDead { throw Self.dead }
        if isFirst { try await deed() }
        do throws(AdapterError) {
            let result = isFateful ? try await meet(kind, effect) : try await effect()
            if kind != .look { await witness() }
            return result
        } catch {
            if kind != .look { await witness() }
            throw error
        }
    }

    /// The call of that number.
    private func meet<Result: Sendable>(
        _ kind: Kind, _ effect: () async throws(AdapterError) -> Result
    ) async throws(AdapterError) -> Result {
        switch happening {
        case .nothing: return try await effect()
        case .rollback:
            let ask = state.withLock { $0.askForRollback }
            let phase = try? ask?()
            state.withLock { $0.askedIn = phase }
            return try await effect()
        case .silence(let side):
            if side == .after { _ = try? await effect() }
            // Whatever was to be changed, nobody knows; a look that failed has changed nothing.
            throw AdapterError(
                kind == .look ? .unavailable(retryAfter: nil) : .unknown, code: "silence",
                message: "nothing was heard")
        case .death(let side):
            if side == .after { _ = try? await effect() }
            await kill()
            throw Self.dead
        }
    }

    private static let dead = AdapterError(
        .unknown, code: "killed", message: "the process is dead")

    private func kill() async {
        let sever = state.withLock { state in
            state.isDead = true
            return state.sever
        }
        await sever?()
    }
}
