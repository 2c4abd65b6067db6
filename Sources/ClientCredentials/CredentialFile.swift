import Dispatch
public import FoundationEssentials

/// A credential in a file, which is watched.
///
/// A file that is written in place, one that is replaced by a rename, and one behind a link that is
/// turned round (as Kubernetes does with `..data`) are all noticed at once; what the kernel doesn't
/// tell (network file systems, a link further up) within `interval`.
public struct CredentialFile: CredentialSource {
    /// Reads credentials from the bytes of a file.
    public typealias Reading =
        @Sendable (Data) async throws(CredentialUnreadable) -> StagedCredentials

    private let path: String
    private let interval: Duration
    private let reading: Reading

    /// A file that `reading` knows how to read.
    public init(_ path: String, interval: Duration = .seconds(10), reading: @escaping Reading) {
        self.path = path
        self.interval = interval
        self.reading = reading
    }

    /// A file that holds the secret and nothing else, but for a line feed at its end.
    public init(
        secret path: String, clientID: String, presented: SecretPresentation = .basic,
        interval: Duration = .seconds(10)
    ) {
        self.init(path, interval: interval) { data throws(CredentialUnreadable) in
            let secret = try SecretText.whole(data)
            return StagedCredentials(current: presented.authentication(clientID, secret))
        }
    }

    /// A JSON file that holds the secret in the field `secret`, such as `oauth.client_secret`.
    ///
    /// Where it names them, it also holds the client's id, which a rotation may change with the
    /// secret, and a candidate, which is tried where the secret is refused.
    public init(
        json path: String, secret: String, clientID: String, clientIDField: String? = nil,
        candidateField: String? = nil, presented: SecretPresentation = .basic,
        interval: Duration = .seconds(10)
    ) {
        self.init(path, interval: interval) { data throws(CredentialUnreadable) in
            let document = try SecretText.JSON(data)
            let id = try clientIDField.map { field throws(CredentialUnreadable) in
                try document.text(at: field)
            }
            // A place for a candidate stands empty most of the time.
            let candidate = candidateField.flatMap { try? document.text(at: $0) }
            return StagedCredentials(
                current: presented.authentication(
                    id ?? clientID, try document.text(at: secret)),
                candidate: candidate.map { presented.authentication(id ?? clientID, $0) })
        }
    }

    /// A file that holds the private key with which the client signs its assertions: a PEM or a
    /// JWK.
    public init(
        privateKey path: String, clientID: String, algorithm: AssertionKey.Algorithm? = nil,
        keyID: String? = nil, audience: String? = nil, interval: Duration = .seconds(10)
    ) {
        self.init(path, interval: interval) { data throws(CredentialUnreadable) in
            do throws(TokenError) {
                let key = try AssertionKey(
                    clientID: clientID, text: String(decoding: data, as: UTF8.self),
                    algorithm: algorithm, keyID: keyID, audience: audience)
                return StagedCredentials(current: .privateKeyJWT(key))
            } catch { throw CredentialUnreadable(error.description) }
        }
    }

    /// What stands there now.
    public func read() async throws(CredentialUnreadable) -> StagedCredentials {
        guard let data = await contents() else {
            throw CredentialUnreadable("\(path) can't be read")
        }
        guard data.count <= 1 << 20 else {
            throw CredentialUnreadable("\(path) is larger than a mebibyte")
        }
        do throws(CredentialUnreadable) { return try await reading(data) } catch {
            throw CredentialUnreadable("\(path): \(error)")
        }
    }

    /// A file behind a network may hang, and must not take a thread with it that others need.
    private func contents() async -> Data? {
        await withCheckedContinuation { caller in
            DispatchQueue.global().async { [path] in
                caller.resume(returning: try? Data(contentsOf: URL(filePath: path)))
            }
        }
    }

    /// When the folder of the file changes in a way that may be about it, and every `interval`.
    public func hints() -> AsyncStream<CredentialHint> {
        // Room for a few, so that the time doesn't push out what was written.
        AsyncStream(bufferingPolicy: .bufferingNewest(4)) { sink in
            let watch = FolderWatch(of: path) { sink.yield(.written) }
            let ticks = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: interval)
                    sink.yield(.time)
                }
            }
            sink.onTermination = { _ in
                ticks.cancel()
                watch?.end()
            }
        }
    }
}
