/// Why the journal can't be used.
public struct JournalFailure: Error, Sendable, Hashable {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable {
        /// There is none; `holdover init` makes one.
        case missing = "journal-missing"
        /// Something is there already.
        case exists = "journal-exists"
        /// It was made by a newer holdover, or isn't a journal.
        case notOurs = "journal-not-ours"
        /// The disk is full. Nothing of the transaction is kept.
        case diskFull = "disk-full"
        /// The disk failed, or the file is damaged. Nothing further is done in this process.
        case damaged = "journal-damaged"
        /// Another process holds the database for longer than the patience.
        case busy = "journal-busy"
        /// Another run holds the state directory.
        case locked = "run-in-progress"
        /// The journal names an anchor that isn't there, or that says nothing.
        case anchorMissing = "anchor-missing"
        /// The anchor knows more than the journal, which was put back from a backup.
        case olderThanWorld = "journal-older-than-world"
        /// A later run has taken over. Nothing of the transaction is kept.
        case fenced
        /// The state directory is one that a journal can't be trusted to.
        case unsuitable = "state-directory-unsuitable"
        /// A rule of the journal was broken: a bug, or a second rotation of one client.
        case ruleBroken = "journal-rule-broken"
    }
    /// What is wrong.
    public let kind: Kind
    /// In words.
    public let message: String

    /// A failure.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
