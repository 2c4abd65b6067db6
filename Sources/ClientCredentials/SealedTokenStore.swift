import Crypto
import FoundationEssentials
import Glibc

/// Tokens on disk, so that programs that live for a moment don't ask each time.
///
/// Each is sealed (AES-256-GCM) with a key that is derived from the client's own credential
/// (HKDF-SHA-256): who can't present the credential can't read the token, and a secret that was
/// rotated leaves nothing readable behind. A credential that could be guessed would let its tokens
/// be guessed too.
public struct SealedTokenStore: Sendable {
    private struct Stored: Codable {
        let token: String
        let scope: String?
        let endsAt: Double
        let lifetime: Double
        /// The machine's start that `endsAtUptime` counts from; empty where it has no name.
        let boot: String
        let endsAtUptime: Double
    }

    /// How much of its life a token must have left to be of use.
    public enum Remainder: Sendable, Hashable {
        /// So long.
        case time(Duration)
        /// This part of its whole life, from 0 to 1.
        case part(Double)
    }

    private let directory: String
    private let isRead: Bool
    private let least: Remainder
    private let date: @Sendable () -> Date
    private let uptime: @Sendable () -> Uptime?

    /// A folder that only its owner may enter; it is made where it is missing.
    ///
    /// One that isn't read is only stored to, so that the next token is a new one. One with less
    /// than `least` left isn't taken from there: for whoever needs it for longer than a moment.
    public init(in directory: String, isRead: Bool = true, least: Remainder = .time(.zero)) {
        self.init(in: directory, isRead: isRead, least: least, date: { Date() })
    }

    init(
        in directory: String, isRead: Bool = true, least: Remainder = .time(.zero),
        date: @escaping @Sendable () -> Date,
        uptime: @escaping @Sendable () -> Uptime? = { .now() }
    ) {
        self.directory = directory
        self.isRead = isRead
        self.least = least
        self.date = date
        self.uptime = uptime
    }

    /// The token that was stored for the client at `endpoint`, with what is left of its life; nil
    /// where there is none that `proof` can open.
    ///
    /// The last `buffer` of its life, a tenth at most, is too short to be of use.
    func token(
        from endpoint: TokenEndpoint, as proof: ClientAuthentication, buffer: Duration = .zero
    ) -> AccessToken? {
        guard isRead, isPrivate else { return nil }
        let name = name(endpoint, proof)
        guard let data = try? Data(contentsOf: URL(filePath: "\(directory)/\(name)")),
            let box = try? AES.GCM.SealedBox(combined: data),
            let opened = try? AES.GCM.open(
                box, using: key(endpoint, proof), authenticating: Data(name.utf8)),
            let stored = try? JSONDecoder().decode(Stored.self, from: opened)
        else { return nil }
        let left = Int(left(of: stored).rounded(.down))
        let unused = min(buffer / .seconds(1), stored.lifetime / 10)
        // A clock that was set back before a restart gives no token a longer life.
        guard left > 0, Double(left) > unused, Double(left) <= stored.lifetime,
            Double(left) >= wanted(of: stored.lifetime)
        else { return nil }
        return AccessToken(
            value: stored.token, lifetime: .seconds(left), scope: stored.scope,
            askedScope: endpoint.scope)
    }

    /// In seconds, by whichever clock says less: the one on the wall may have been wrong.
    private func left(of stored: Stored) -> Double {
        let left = stored.endsAt - date().timeIntervalSince1970
        guard let uptime = uptime(), uptime.boot == stored.boot else { return left }
        return min(left, stored.endsAtUptime - uptime.seconds)
    }

    /// In seconds.
    private func wanted(of lifetime: Double) -> Double {
        switch least {
        case .time(let time): time / .seconds(1)
        case .part(let part): lifetime * part
        }
    }

    /// Stores a token whose end is known; whether it stands there now.
    @discardableResult
    func store(
        _ token: AccessToken, from endpoint: TokenEndpoint, as proof: ClientAuthentication
    ) -> Bool {
        guard let lifetime = token.lifetime, makeDirectory(), isPrivate else { return false }
        let (name, seconds, uptime) = (name(endpoint, proof), lifetime / .seconds(1), uptime())
        // The server counts from before its answer, which may have been long on its way.
        let (now, asked) = (date(), token.askedAt ?? date())
        let left = seconds - max(0, now.timeIntervalSince(asked))
        let stored = Stored(
            token: token.value, scope: token.scope,
            endsAt: now.timeIntervalSince1970 + left, lifetime: seconds,
            boot: uptime?.boot ?? "", endsAtUptime: (uptime?.seconds ?? 0) + left)
        guard let text = try? JSONEncoder().encode(stored),
            let box = try? AES.GCM.seal(
                text, using: key(endpoint, proof), authenticating: Data(name.utf8)),
            let sealed = box.combined
        else { return false }
        return write(Array(sealed), to: name)
    }

    /// Forgets the client's token from `endpoint`.
    func forget(_ endpoint: TokenEndpoint, as proof: ClientAuthentication) {
        _ = unlink("\(directory)/\(name(endpoint, proof))")
    }

    /// The endpoint, the client and what the token is for; nothing secret.
    private func name(_ endpoint: TokenEndpoint, _ proof: ClientAuthentication) -> String {
        let parts =
            [
                endpoint.url, proof.clientID, endpoint.grant.name, endpoint.scope ?? "",
                endpoint.audience ?? "",
            ] + endpoint.resources
            + endpoint.extra.flatMap { [$0.name, $0.value] }
        var hash = SHA256()
        for part in parts { hash.update(data: Data("\(part.utf8.count) \(part)".utf8)) }
        return hash.finalize().prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private func key(_ endpoint: TokenEndpoint, _ proof: ClientAuthentication) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(proof.keyingMaterial)),
            salt: Data("\(proof.clientID)\n\(endpoint.url)".utf8),
            info: Data("holdover-token-cache-v1".utf8), outputByteCount: 32)
    }

    private func makeDirectory() -> Bool {
        if access(directory, F_OK) == 0 { return true }
        let made: Void? = try? FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        return made != nil
    }

    /// Whether the folder is ours, and nobody else may enter it.
    private var isPrivate: Bool {
        var status = stat()
        return stat(directory, &status) == 0 && status.st_uid == geteuid()
            && status.st_mode & 0o077 == 0
    }

    /// Replaces the file in one step; readers see the old one or the new one.
    private func write(_ bytes: [UInt8], to name: String) -> Bool {
        let path = "\(directory)/\(name)"
        let temporary = "\(path).\(UInt64.random(in: .min ... .max))"
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let written = Glibc.write(file, bytes, bytes.count)
        guard close(file) == 0, written == bytes.count, rename(temporary, path) == 0 else {
            _ = unlink(temporary)
            return false
        }
        return true
    }
}
