import ClientCredentials
import Synchronization

/// A credential that a test puts somewhere else, with or without a word.
final class ShelfCredential: CredentialSource {
    private struct State {
        var stored: Result<StagedCredentials, CredentialUnreadable>
        var sinks: [AsyncStream<CredentialHint>.Continuation] = []
        var reads = 0
        var isHung = false
    }

    private let state: Mutex<State>

    init(_ secret: String) {
        state = Mutex(State(stored: .success(Self.staged(secret))))
    }

    var reads: Int { state.withLock { $0.reads } }

    func put(_ secret: String, candidate: String? = nil) {
        state.withLock { $0.stored = .success(Self.staged(secret, candidate)) }
    }

    func hide() { state.withLock { $0.stored = .failure(CredentialUnreadable("it is locked")) } }

    /// Whether whoever reads waits.
    func hang(_ isHung: Bool) { state.withLock { $0.isHung = isHung } }

    func hint(_ hint: CredentialHint) {
        for sink in state.withLock({ $0.sinks }) { sink.yield(hint) }
    }

    func read() async throws(CredentialUnreadable) -> StagedCredentials {
        let stored = state.withLock { state in
            state.reads += 1
            return state.stored
        }
        while state.withLock({ $0.isHung }), !Task.isCancelled { await Task.yield() }
        return try stored.get()
    }

    func hints() -> AsyncStream<CredentialHint> {
        let (stream, sink) = AsyncStream<CredentialHint>.makeStream()
        state.withLock { $0.sinks.append(sink) }
        return stream
    }

    private static func staged(_ secret: String, _ candidate: String? = nil) -> StagedCredentials {
        StagedCredentials(
            current: .basic(id: "billing", secret: secret),
            candidate: candidate.map { .basic(id: "billing", secret: $0) })
    }
}
