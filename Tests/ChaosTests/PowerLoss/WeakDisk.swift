import Foundation

/// A file system that promises no more than POSIX does, and the images that a power loss may leave.
///
/// Content and size of a file last from its fsync or fdatasync on, owner and mode from its fsync
/// on, and a name from the fsync of its directory on: no sync of a file makes its name last.
/// Whatever isn't durable may be there or not, each thing by itself and in any order; a rename is
/// there as a whole or not at all. Of a write each sector may be there or not, and space that was
/// allocated and not written reads as zeros or as what somebody left there.
struct WeakDisk: Sendable {
    private struct File: Sendable {
        var present: DiskImage.File
        var durable: DiskImage.File
        var pending: [(number: Int, change: FileChange)] = []
    }

    private struct Names: Sendable {
        let number: Int
        let changes: [(path: String, node: Node?)]
    }

    private var files: [Int: File] = [:]
    private var present: [String: Node] = [:]
    private var durable: [String: Node] = [:]
    private var pendingNames: [Names] = []
    private var number = 0

    init(_ beginning: DiskImage) {
        for path in beginning.directories { present[path] = .directory }
        let sorted = beginning.files.sorted { $0.key < $1.key }
        for (number, (path, file)) in sorted.enumerated() {
            files[number] = File(present: file, durable: file)
            present[path] = .file(number)
        }
        durable = present
    }

    /// Whether a power loss would find everything as it is.
    var isDurable: Bool {
        pendingNames.isEmpty && files.values.allSatisfy { $0.pending.isEmpty }
    }

    /// A file as a process sees it now; nil where there is none.
    func file(at path: String) -> DiskImage.File? {
        guard case .file(let file)? = present[path] else { return nil }
        return files[file]?.present
    }

    /// A name that a file has now.
    func name(of file: Int) -> String? { present.first { $0.value == .file(file) }?.key }

    mutating func apply(_ operation: FileOperation) {
        number += 1
        switch operation {
        case .make(let file, let attributes):
            let empty = DiskImage.File(content: Data(), attributes: attributes)
            files[file] = File(present: empty, durable: empty)
        case .write(let file, let offset, let bytes): change(file, .write(at: offset, bytes))
        case .resize(let file, let size): change(file, .resize(size))
        case .setAttributes(let file, let attributes): change(file, .attributes(attributes))
        case .rename(let changes):
            for change in changes { present[change.path] = change.node }
            pendingNames.append(Names(number: number, changes: changes))
        case .sync(let file, let isDataOnly): sync(file, isDataOnly)
        case .syncDirectory(let directory): syncDirectory(directory)
        case .restore(let path, let content):
            guard case .file(let file)? = present[path] else { return }
            change(file, .resize(0))
            change(file, .write(at: 0, content))
            sync(file, false)
        case .world: break
        }
    }

    private mutating func change(_ file: Int, _ change: FileChange) {
        guard files[file] != nil else { return }
        files[file]?.present.take(change)
        files[file]?.pending.append((number, change))
    }

    private mutating func sync(_ number: Int, _ isDataOnly: Bool) {
        guard var file = files[number] else { return }
        let attributes = file.durable.attributes
        file.durable = file.present
        var rest: [(number: Int, change: FileChange)] = []
        if isDataOnly {
            file.durable.attributes = attributes
            rest = file.pending.filter { if case .attributes = $0.change { true } else { false } }
        }
        file.pending = rest
        files[number] = file
    }

    private mutating func syncDirectory(_ directory: String) {
        func lies(_ names: Names) -> Bool {
            names.changes.contains { Self.parent(of: $0.path) == directory }
        }
        for names in pendingNames where lies(names) {
            for change in names.changes { durable[change.path] = change.node }
        }
        pendingNames.removeAll(where: lies)
    }

    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

// MARK: - Power loss

extension WeakDisk {
    /// What a power loss leaves of what was not synced.
    enum Manner: CaseIterable, Sendable {
        /// Nothing.
        case nothing
        /// Everything.
        case everything
        /// Names, sizes, owners and modes; but no content.
        case metadata
        /// Content; but no names.
        case content
        /// Each operation by chance.
        case operations
        /// Each sector of 512 bytes by chance.
        case sectors
        /// Each page of 4 KiB by chance.
        case pages
        /// What came first, up to some operation.
        case first
    }

    func image(_ manner: Manner, _ dice: inout SeededGenerator) -> DiskImage {
        let filling: UInt8 = Bool.random(using: &dice) ? 0 : 0xA5
        let last = Int.random(in: earliest...max(earliest, number), using: &dice)
        var nodes = durable
        for names in pendingNames {
            let isKept =
                switch manner {
                case .nothing, .content: false
                case .everything, .metadata: true
                case .first: names.number <= last
                case .operations, .sectors, .pages: Bool.random(using: &dice)
                }
            if isKept { for change in names.changes { nodes[change.path] = change.node } }
        }
        var image = DiskImage()
        for (path, node) in nodes.sorted(by: { $0.key < $1.key }) where Self.isThere(path, nodes) {
            switch node {
            case .directory: image.directories.insert(path)
            case .file(let number):
                guard let file = files[number] else { continue }
                image.files[path] =
                    file.pending.isEmpty
                    ? file.durable : left(of: file, manner, last, filling, &dice)
            }
        }
        return image
    }

    private var earliest: Int {
        let names = pendingNames.first?.number ?? number
        return files.values.reduce(names) { min($0, $1.pending.first?.number ?? number) } - 1
    }

    /// Whether every directory on the way to a path is there.
    private static func isThere(_ path: String, _ nodes: [String: Node]) -> Bool {
        var parent = parent(of: path)
        while !parent.isEmpty {
            guard nodes[parent] == .directory else { return false }
            parent = self.parent(of: parent)
        }
        return true
    }

    private func left(
        of file: File, _ manner: Manner, _ last: Int, _ filling: UInt8,
        _ dice: inout SeededGenerator
    ) -> DiskImage.File {
        var left = file.durable
        for (number, change) in file.pending {
            switch manner {
            case .nothing: break
            case .everything, .content: left.take(change, filling)
            case .metadata:
                if case .write(let offset, let bytes) = change {
                    left.grow(to: offset + bytes.count, filling)
                } else {
                    left.take(change, filling)
                }
            case .first: if number <= last { left.take(change, filling) }
            case .operations: if Bool.random(using: &dice) { left.take(change, filling) }
            case .sectors: left.take(change, torn: 512, filling, &dice)
            case .pages: left.take(change, torn: 4_096, filling, &dice)
            }
        }
        return left
    }
}
