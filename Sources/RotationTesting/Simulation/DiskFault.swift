/// What goes wrong at one operation of the journal's disk.
public struct DiskFault: Sendable, Hashable {
    /// What goes wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The process is killed: what was written stays.
        case kill
        /// The power goes: what was not synced is dropped, kept, reordered or torn.
        case power
        /// An I/O error, once.
        case ioError = "io-error"
        /// I/O errors from then on, until the next process but one.
        case ioErrors = "io-errors"
        /// A write that is cut short.
        case shortWrite = "short-write"
        /// A full disk, once.
        case full
        /// A full disk from then on, until the next process but one.
        case staysFull = "stays-full"
    }
    /// What goes wrong.
    public let kind: Kind
    /// At which operation, from 1.
    public let at: Int

    /// A fault.
    public init(_ kind: Kind, at operation: Int) {
        self.kind = kind
        self.at = operation
    }

    /// Arms a disk with the fault.
    func arm(_ disk: SimulatedDisk) {
        switch kind {
        case .kill, .power: disk.fail(at: at, .cut, isForever: true)
        case .ioError: disk.fail(at: at, .ioError)
        case .ioErrors: disk.fail(at: at, .ioError, isForever: true)
        case .shortWrite: disk.fail(at: at, .shortWrite)
        case .full: disk.fail(at: at, .full)
        case .staysFull: disk.fail(at: at, .full, isForever: true)
        }
    }
}
