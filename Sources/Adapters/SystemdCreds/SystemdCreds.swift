import Glibc
import RotationCore

/// The program that encrypts credentials for services of this host, and decrypts them
/// (systemd-creds(1)).
///
/// What is secret goes through pipes: never a file, an argument or the environment.
struct SystemdCreds: Sendable {
    /// What a credential is encrypted with.
    enum Key: String, Sendable, CaseIterable {
        /// Both, where the host has a TPM, and else the host's key alone.
        case auto
        /// A file that only root can read.
        case host
        case tpm2
        case both = "host+tpm2"
    }

    /// Where the host's key is; made at the first encryption.
    static let hostKey = "/var/lib/systemd/credential.secret"

    /// What the credential is called; the program refuses to decrypt it under another name.
    let name: String
    let key: Key
    /// Looked up in ``ChildProcess/searchPath``.
    var program = "systemd-creds"

    /// The plaintext of an encrypted credential.
    func decrypt(_ sealed: [UInt8]) async throws(AdapterError) -> [UInt8] {
        try await run(["decrypt", "--name=\(name)", "-", "-"], sealed)
    }

    /// An encrypted credential, in Base64.
    func encrypt(_ plain: [UInt8]) async throws(AdapterError) -> [UInt8] {
        try await run(["encrypt", "--name=\(name)", "--with-key=\(key.rawValue)", "-", "-"], plain)
    }

    /// Whether an encryption would use keys that exist, so that one for a trial makes none.
    var hasKey: Bool { key == .tpm2 || access(Self.hostKey, F_OK) == 0 }

    private func run(_ arguments: [String], _ input: [UInt8]) async throws(AdapterError) -> [UInt8]
    {
        // A TPM takes seconds; this is for one that doesn't answer.
        let child = ChildProcess(
            command: [program] + arguments, input: input, deadline: .minutes(1),
            cap: ReplaceableFile.cap)
        let outcome = await child.run()
        switch outcome.ending {
        case .exited(0):
            guard !outcome.isCut else {
                throw Self.refused("too-big", "there are more than \(ReplaceableFile.cap) bytes")
            }
            return outcome.output
        case .notStarted:
            throw Self.refused(
                "missing-program", "\(safeText(program)) is not in \(ChildProcess.searchPath)")
        case .timedOut, .lost:
            // It writes to a pipe, so that nothing was done, whatever became of it.
            throw AdapterError(
                .unavailable(retryAfter: nil), code: "systemd-creds-timeout",
                message: "systemd-creds: \(outcome.ending)")
        case .exited, .signalled:
            throw failure(outcome, arguments[0])
        }
    }

    private func failure(_ outcome: ChildProcess.Outcome, _ verb: String) -> AdapterError {
        // Warnings come first, and the reason last.
        let words = String(decoding: outcome.errors, as: UTF8.self)
            .split(whereSeparator: \.isNewline).last.map(String.init)
        let shown = safeText(words ?? outcome.ending.description, limit: 160)
        let reason = "can't \(verb) \(safeText(name)): \(shown)"
        guard geteuid() == 0 else {
            return AdapterError(
                .unauthorized, code: "systemd-creds-not-root",
                message: "systemd-creds: \(reason) (only root can use the host's key)")
        }
        return Self.refused("failed", reason)
    }

    static func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "systemd-creds-\(code)", message: "systemd-creds: \(reason)")
    }
}
