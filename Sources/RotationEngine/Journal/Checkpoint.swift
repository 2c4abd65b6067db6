import Foundation

/// How far an audit had come and what its head was, signed, to be kept where nobody can reach who
/// can write the journal.
///
/// One line: `holdover-checkpoint-v1 <database id> <sequence> <head> <utc> <key id> <signature>`;
/// the signature is over all before it, without the blank between.
public struct Checkpoint: Sendable, Hashable {
    /// Which journal.
    public let databaseID: String
    /// The last line.
    public let sequence: Int64
    /// The hash of that line, in hex.
    public let head: String
    /// When, as it was written.
    public let time: String
    /// Which key signed.
    public let keyID: String
    /// The signature.
    let signature: Data

    private static let format = "holdover-checkpoint-v1"

    private var signedText: String {
        "\(Self.format) \(databaseID) \(sequence) \(head) \(time) \(keyID)"
    }

    /// The line.
    public var line: String { "\(signedText) \(signature.base64EncodedString())" }

    /// Signs the present end of a journal's audit; throws where that is damaged.
    public init(of journal: Journal, with key: CheckpointKey, time: String) throws {
        let verdict = try journal.verifyAudit()
        if let damage = verdict.damage {
            throw JournalFailure(.damaged, "a damaged audit is not signed: \(damage)")
        }
        self.init(
            databaseID: journal.databaseID, sequence: verdict.lines, head: verdict.head, time: time,
            key: key)
    }

    init(databaseID: String, sequence: Int64, head: String, time: String, key: CheckpointKey) {
        (self.databaseID, self.sequence, self.head) = (databaseID, sequence, head)
        (self.time, keyID) = (time, key.id)
        let text = "\(Self.format) \(databaseID) \(sequence) \(head) \(time) \(key.id)"
        signature = key.signature(of: text) ?? Data()
    }

    /// Reads a line; nil where it isn't one.
    public init?(line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 7, words[0] == Self.format, let sequence = Int64(words[2]),
            "\(sequence)" == words[2], sequence >= 0, words[3].count == 64,
            let signature = Data(base64Encoded: words[6])
        else { return nil }
        (databaseID, self.sequence, head) = (words[1], sequence, words[3])
        (time, keyID, self.signature) = (words[4], words[5], signature)
    }

    /// Whether `key` signed it as it stands.
    public func isSigned(by key: CheckpointKey) -> Bool {
        keyID == key.id && key.isValid(signature, of: signedText)
    }
}
