import ClientCredentials
import RotationCore
import Synchronization

/// A credential that was read a moment ago, and is read again where the server refuses it.
final class RereadCredential: CredentialSource {
    typealias Reading = @Sendable () async throws(AdapterError) -> StagedCredentials

    private let first: Mutex<StagedCredentials?>
    private let reading: Reading

    /// Reads once and now, so that whoever asks for it learns what kind of failure it is.
    init(_ reading: @escaping Reading) async throws(AdapterError) {
        self.reading = reading
        first = Mutex(try await reading())
    }

    func read() async throws(CredentialUnreadable) -> StagedCredentials {
        let first = first.withLock { held in
            defer { held = nil }
            return held
        }
        if let first { return first }
        do throws(AdapterError) { return try await reading() } catch {
            throw CredentialUnreadable(error.message)
        }
    }

    /// Nothing: whoever uses it lives for a moment.
    func hints() -> AsyncStream<CredentialHint> { AsyncStream { $0.finish() } }
}
