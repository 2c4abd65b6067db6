import Crypto
import Foundation

/// How far a journal had come when that was last said outside of its directory.
public struct Anchor: Sendable, Hashable {
    /// Names the journal.
    public let databaseID: String
    /// The run that said so.
    public let epoch: Int64
    /// The last line of the audit.
    public let sequence: Int64
    /// The hash of that line, 32 bytes; zeros where there is no line yet.
    public let head: [UInt8]

    /// The head in hex, as `audit verify` prints it.
    public var spelledHead: String { Hex.string(head) }
}

/// One slot of the file: an anchor, which write it is, and the state directory that it is for.
///
/// Layout: magic 18 ‖ counter, epoch, sequence 8 each ‖ head 32 ‖ place 32 ‖ count 1 ‖ id, zeros up
/// to 480, SHA-256 of all that. A slot is one sector, and the two lie a page apart, so that no torn
/// write reaches both.
struct AnchorSlot: Sendable, Hashable {
    let anchor: Anchor
    /// Grows by one at each write, so that the later slot is known.
    let counter: Int64
    /// SHA-256 of the state directory's path: `init` finds by it what an earlier journal left.
    let place: [UInt8]

    /// How far the slots lie apart.
    static let distance = 4_096
    /// The size of the whole file.
    static let fileSize = 2 * distance
    private static let magic = Array("holdover-anchor-v1".utf8)
    private static let signedCount = 480

    /// Where in the file this slot goes: each write spares the one before it.
    var offset: Int { Int(counter % 2) * Self.distance }

    /// The slot as it is written, checksum included.
    var bytes: [UInt8] {
        var bytes = Self.magic
        for number in [counter, anchor.epoch, anchor.sequence] {
            withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
        }
        let id = Array(anchor.databaseID.utf8.prefix(255))
        bytes += anchor.head + place + [UInt8(id.count)] + id
        bytes += Array(repeating: 0, count: Self.signedCount - bytes.count)
        return bytes + Array(SHA256.hash(data: bytes))
    }

    /// The contents of a new file: this slot, and nothing in the other.
    var file: [UInt8] {
        var file = [UInt8](repeating: 0, count: Self.fileSize)
        file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return file
    }

    init(anchor: Anchor, counter: Int64, place: [UInt8]) {
        (self.anchor, self.counter, self.place) = (anchor, counter, place)
    }

    /// The newest whole slot of a file; nil where neither is.
    init?(newestOf file: [UInt8]) {
        let slots = [0, Self.distance].compactMap { Self(file.dropFirst($0).prefix(512)) }
        guard let newest = slots.max(by: { $0.counter < $1.counter }) else { return nil }
        self = newest
    }

    private init?(_ slice: ArraySlice<UInt8>) {
        let bytes = Array(slice)
        let signed = bytes.prefix(Self.signedCount)
        guard bytes.count == Self.signedCount + 32, signed.starts(with: Self.magic),
            Array(SHA256.hash(data: signed)) == Array(bytes.suffix(32))
        else { return nil }
        let start = Self.magic.count
        func number(_ index: Int) -> Int64 {
            bytes[(start + 8 * index)...].prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        }
        let head = start + 24
        let id = bytes[(head + 65)...].prefix(Int(bytes[head + 64]))
        anchor = Anchor(
            databaseID: String(decoding: id, as: UTF8.self), epoch: number(1), sequence: number(2),
            head: Array(bytes[head..<head + 32]))
        counter = number(0)
        place = Array(bytes[(head + 32)..<head + 64])
    }

    /// What a state directory is called in a slot.
    static func place(of directory: String) -> [UInt8] {
        let path = URL(fileURLWithPath: directory).standardizedFileURL.path
        return Array(SHA256.hash(data: Data(path.utf8)))
    }
}
