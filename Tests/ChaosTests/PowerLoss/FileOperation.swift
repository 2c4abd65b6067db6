import Foundation

/// What a name in a directory stands for.
enum Node: Sendable, Hashable {
    /// A file, by a number of its own: names come and go.
    case file(Int)
    case directory
}

/// Who a file belongs to, and who may read it.
struct Attributes: Sendable, Hashable {
    var mode: UInt32
    var owner: UInt32 = geteuid()
    var group: UInt32 = getegid()
}

/// One thing that a process did to files, or to the world outside.
enum FileOperation: Sendable {
    /// A new, empty file without a name yet.
    case make(Int, Attributes)
    /// Names that come, go or change hands in one step.
    case rename([(path: String, node: Node?)])
    case write(Int, at: Int, Data)
    case resize(Int, to: Int)
    case setAttributes(Int, Attributes)
    case sync(Int, isDataOnly: Bool)
    case syncDirectory(String)
    /// Something that can't be taken back: a request was sent, something was said, a run is over.
    case world(String)
    /// Somebody put a file back from a backup, and made sure of it.
    case restore(String, Data)
}
