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

    /// Changes a client, unless `body` throws; throws `missing` where it went in the meantime.
    func change<Result: Sendable>(
        _ client: PracticeClient, of dialect: Dialect, orThrow missing: any Error,
        _ body: (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        let result = try withState { state in
            try state.update(client.clientID, in: .only(dialect), body)
        }
        guard let result else { throw missing }
        return result
    }

    /// `http://127.0.0.1:PORT`, known once the socket listens.
    var baseURL: String {
        get { base.withLock { $0 } }
        set { base.withLock { $0 = newValue } }
    }
}
