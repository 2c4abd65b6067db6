import Crypto
import Foundation
public import RotationCore

/// Seals secrets for the journal, and opens them again.
///
/// Each record has a data key of its own (AES-256-GCM), wrapped by the sealing key. Both layers are
/// bound to the database, the rotation, the client and the role, so that a row moved elsewhere
/// doesn't open. Layout: version 1 ‖ key id 16 ‖ wrapped data key 60 ‖ sealed value 28 + n bytes.
public struct Sealer: Sendable {
    private let key: SealingKey
    private let database: String

    /// A sealer for one database.
    public init(key: SealingKey, database: String) {
        self.key = key
        self.database = database
    }

    /// Seals `secret` for its row.
    func seal(_ secret: ClientSecret, rotation: RotationID, client: ClientName, role: SecretRole)
        throws(SealingFailure) -> [UInt8]
    {
        let context = context(rotation, client, role.rawValue)
        let dataKey = SymmetricKey(size: .bits256)
        let plain = secret.withPlaintext { Data($0.utf8) }
        guard let value = try? AES.GCM.seal(plain, using: dataKey, authenticating: context),
            let wrapped = try? AES.GCM.seal(
                dataKey.withUnsafeBytes { Data($0) }, using: key.key, authenticating: context),
            let valueBytes = value.combined, let wrappedBytes = wrapped.combined
        else { throw SealingFailure(.recordAltered, "sealing failed") }
        return [1] + Array(key.id.utf8) + Array(wrappedBytes) + Array(valueBytes)
    }

    /// Opens a record of this row; refuses another row's.
    func open(_ record: [UInt8], rotation: RotationID, client: ClientName, role: SecretRole)
        throws(SealingFailure) -> ClientSecret
    {
        let altered = SealingFailure(
            .recordAltered, "the sealed \(role.rawValue) secret of \(client.rawValue) is damaged")
        guard record.count >= 17 + 60 + 28, record[0] == 1 else { throw altered }
        guard record[1..<17].elementsEqual(key.id.utf8) else {
            throw SealingFailure(.keyWrong, "the journal was sealed with another key")
        }
        let context = context(rotation, client, role.rawValue)
        guard let wrapped = try? AES.GCM.SealedBox(combined: record[17..<77]),
            let dataKey = try? AES.GCM.open(wrapped, using: key.key, authenticating: context),
            let value = try? AES.GCM.SealedBox(combined: record[77...]),
            let plain = try? AES.GCM.open(
                value, using: SymmetricKey(data: dataKey), authenticating: context)
        else { throw altered }
        return ClientSecret(String(decoding: plain, as: UTF8.self))
    }

    /// A record that proves, when it opens, that a key is the right one.
    func canary() throws(SealingFailure) -> [UInt8] {
        try seal(
            ClientSecret("holdover"), rotation: RotationID(rawValue: "canary"),
            client: ClientName(rawValue: "canary"), role: .old)
    }

    /// Throws unless `record` was made by ``canary()`` with this key for this database.
    func check(canary record: [UInt8]) throws(SealingFailure) {
        do {
            _ = try open(
                record, rotation: RotationID(rawValue: "canary"),
                client: ClientName(rawValue: "canary"), role: .old)
        } catch {
            throw SealingFailure(.keyWrong, "the key is not the one of this journal")
        }
    }

    /// Twelve hex digits that tell secrets apart in output, useless without the sealing key.
    public func fingerprint(of secret: ClientSecret) -> String {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.key, info: Data("holdover.fingerprint.v1".utf8),
            outputByteCount: 32)
        let code = secret.withPlaintext {
            HMAC<SHA256>.authenticationCode(for: Data($0.utf8), using: derived)
        }
        return "hmac:" + Hex.string(code.prefix(6))
    }

    private func context(_ rotation: RotationID, _ client: ClientName, _ role: String) -> Data {
        var bytes = Data()
        let parts = [
            "holdover.seal.v1", database, rotation.rawValue, client.rawValue, role, key.id,
        ]
        for part in parts {
            withUnsafeBytes(of: UInt32(part.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: part.utf8)
        }
        return bytes
    }
}

extension AdoptionReport {
    /// Whether the report was made by someone who holds `secret`, for `client`.
    ///
    /// HMAC-SHA-256 keyed by the secret over `holdover-adoption-v1\n<client_id>\n<at>`, 16 bytes.
    func proves(_ secret: ClientSecret, client: ClientID) -> Bool {
        isKeyed(by: secret, client, "adoption", fingerprint)
    }

    /// Whether whoever made it held `secret` as a candidate, over `holdover-candidate-v1\n…`.
    func provesCandidate(_ secret: ClientSecret, client: ClientID) -> Bool {
        candidate.map { isKeyed(by: secret, client, "candidate", $0) } ?? false
    }

    private func isKeyed(
        by secret: ClientSecret, _ client: ClientID, _ purpose: String, _ fingerprint: String
    ) -> Bool {
        let message = Data("holdover-\(purpose)-v1\n\(client.rawValue)\n\(spelledAt)".utf8)
        let code = secret.withPlaintext {
            HMAC<SHA256>.authenticationCode(
                for: message, using: SymmetricKey(data: Data($0.utf8)))
        }
        return Hex.string(code.prefix(16)) == fingerprint
    }
}
