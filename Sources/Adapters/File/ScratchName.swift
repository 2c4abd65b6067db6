import Crypto

/// Names for the file that is written beside: `.holdover-<of which file>-<by chance>.tmp`.
///
/// The first part tells our leftovers of this file from those of another one in the same directory.
struct ScratchName: Sendable {
    private let prefix: String
    private let start: [UInt8]
    private static let suffix = ".tmp"

    init(for name: String) {
        let digest = SHA256.hash(data: Array(name.utf8)).prefix(8)
        prefix = ".holdover-\(HexText.of(Array(digest)))-"
        start = Array(prefix.utf8)
    }

    /// A new name.
    func next() -> String {
        var source = SystemRandomNumberGenerator()
        let chance = source.next() as UInt64
        return prefix + HexText.of((0..<8).map { UInt8(truncatingIfNeeded: chance >> ($0 * 8)) })
            + Self.suffix
    }

    /// False where the bytes of a name show that it is none of ours.
    func mayMatch(_ name: UnsafeRawBufferPointer) -> Bool { name.starts(with: start) }

    /// Whether `name` is one of ours, for this file.
    func matches(_ name: String) -> Bool {
        guard name.hasPrefix(prefix), name.hasSuffix(Self.suffix) else { return false }
        let chance = name.dropFirst(prefix.count).dropLast(Self.suffix.count)
        return chance.utf8.count == 16 && chance.allSatisfy(\.isHexDigit)
    }
}
