import Synchronization

/// The authorization server in memory: realms, clients, secrets, faults and the log.
///
/// Every request is one short critical section; nothing in it waits.
final class Practice: Sendable {
    private let state: Mutex<PracticeState>
    private let base: Mutex<String>
    let credentials: PracticeCredentials

    init(state: PracticeState, credentials: PracticeCredentials) {
        self.state = Mutex(state)
        self.base = Mutex("")
        self.credentials = credentials
    }

    func withState<Result, Failure: Error>(
        _ body: (inout sending PracticeState) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        try state.withLock(body)
    }

    /// `http://127.0.0.1:PORT`, known once the socket listens.
    var baseURL: String {
        get { base.withLock { $0 } }
        set { base.withLock { $0 = newValue } }
    }
}
