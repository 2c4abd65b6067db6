import Foundation

/// What happens to one file, whatever its name.
enum FileChange: Sendable {
    case write(at: Int, Data)
    case resize(Int)
    case attributes(Attributes)
}

extension DiskImage.File {
    /// Grows to `size`, if it is smaller; what comes in between was never written.
    mutating func grow(to size: Int, _ filling: UInt8 = 0) {
        guard size > content.count else { return }
        content.append(Data(repeating: filling, count: size - content.count))
    }

    /// Takes a change as a whole.
    mutating func take(_ change: FileChange, _ filling: UInt8 = 0) {
        switch change {
        case .write(let offset, let bytes):
            grow(to: offset, filling)
            let end = min(offset + bytes.count, content.count)
            content.replaceSubrange(offset..<end, with: bytes)
        case .resize(let size):
            if size < content.count { content = Data(content.prefix(size)) }
            grow(to: size)
        case .attributes(let changed): attributes = changed
        }
    }

    /// Takes a change sector by sector, each by chance.
    mutating func take(
        _ change: FileChange, torn sector: Int, _ filling: UInt8, _ dice: inout SeededGenerator
    ) {
        guard case .write(let offset, let bytes) = change else {
            if Bool.random(using: &dice) { take(change, filling) }
            return
        }
        var start = offset
        while start < offset + bytes.count {
            let end = min((start / sector + 1) * sector, offset + bytes.count)
            if Bool.random(using: &dice) {
                let part = bytes.dropFirst(start - offset).prefix(end - start)
                take(.write(at: start, Data(part)), filling)
            } else if Bool.random(using: &dice) {
                grow(to: end, filling)
            }
            start = end
        }
    }
}
