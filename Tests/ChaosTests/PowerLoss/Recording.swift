import Foundation

/// The operations of one process after another on the files below a directory.
struct Recording: Sendable {
    /// A call that changes a file in a way that is not modelled here.
    struct Unmodelled: Error, CustomStringConvertible { let description: String }

    /// All paths are told from here.
    let root: String
    /// The files before the first operation; all of it durable.
    let beginning: DiskImage
    private(set) var operations: [FileOperation] = []
    /// Where each process ended, in `operations`.
    private(set) var ends: [(command: String, index: Int)] = []

    private var names: [String: Node] = [:]
    private var attributes: [Int: Attributes] = [:]
    private var positions: [Int: Int] = [:]
    private var count = 0

    init(root: String) throws {
        self.root = root
        beginning = try DiskImage(reading: root)
        for path in beginning.directories.union([""]) { names[path] = .directory }
        for (path, file) in beginning.files.sorted(by: { $0.key < $1.key }) {
            names[path] = .file(count)
            attributes[count] = file.attributes
            count += 1
        }
    }

    /// The same with other operations.
    func replacing(_ operations: [FileOperation]) -> Recording {
        var other = self
        other.operations = operations
        return other
    }

    /// Takes in what one process did, from its beginning to its end.
    mutating func append(_ trace: TraceFile, of command: String) throws {
        positions = [:]
        for call in trace.calls where !call.hasFailed { try take(call) }
        operations.append(.world("\(command) ended"))
        ends.append((command, operations.count))
    }

    /// Notes that somebody put back a file; does it too.
    mutating func restore(_ path: String, _ content: Data) throws {
        try content.write(to: URL(fileURLWithPath: "\(root)/\(path)"))
        operations.append(.restore(path, content))
    }

    // MARK: Calls

    private mutating func take(_ call: SystemCall) throws {
        switch call.name {
        case "openat": try open(call, at: path(call, 0, 1), flags: 2)
        case "open": try open(call, at: path(call, nil, 0), flags: 1)
        case "creat":
            throw Unmodelled(description: "creat")
        case "write", "pwrite64": try write(call)
        case "sendto", "sendmsg", "sendmmsg": operations.append(.world("sent"))
        case "fsync", "fdatasync": try sync(call)
        case "ftruncate":
            if let file = try file(call) {
                operations.append(.resize(file, to: call.number(1) ?? 0))
            }
        case "rename": try rename(path(call, nil, 0), path(call, nil, 1))
        case "renameat", "renameat2": try rename(path(call, 0, 1), path(call, 2, 3))
        case "link": try link(path(call, nil, 0), path(call, nil, 1))
        case "linkat": try link(path(call, 0, 1), path(call, 2, 3))
        case "unlink", "rmdir": name([(try path(call, nil, 0), nil)])
        case "unlinkat": name([(try path(call, 0, 1), nil)])
        case "mkdir": name([(try path(call, nil, 0), .directory)])
        case "mkdirat": name([(try path(call, 0, 1), .directory)])
        case "fchmod", "fchown", "chmod", "fchmodat", "chown", "fchownat", "lchown":
            try change(call)
        case "mmap": try map(call)
        default:
            guard call.arguments.indices.contains(where: { call.file($0).flatMap(inside) != nil })
            else { break }
            throw Unmodelled(description: call.name)
        }
    }

    /// The path of a call's arguments, told from the root; nil where it lies elsewhere.
    private func path(_ call: SystemCall, _ directory: Int?, _ index: Int) throws -> String? {
        let name = String(decoding: try call.bytes(index), as: UTF8.self)
        if name.hasPrefix("/") { return inside(name) }
        guard let directory, let parent = call.file(directory) else { return nil }
        return inside(name == "." ? parent : "\(parent)/\(name)")
    }

    private func inside(_ path: String) -> String? {
        if path == root { return "" }
        return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : nil
    }

    private mutating func open(_ call: SystemCall, at path: String?, flags: Int) throws {
        positions[call.number] = 0
        guard let path else { return }
        let words = call.words(flags)
        guard !words.contains("O_TMPFILE") else { throw Unmodelled(description: "O_TMPFILE") }
        switch names[path] {
        case .directory: break
        case .file(let file):
            if words.contains("O_TRUNC") { operations.append(.resize(file, to: 0)) }
        case nil:
            let mode = UInt32(call.words(flags + 1), radix: 8) ?? 0
            let made = Attributes(mode: mode & ~0o022)
            operations.append(.make(count, made))
            attributes[count] = made
            count += 1
            name([(path, .file(count - 1))])
        }
    }

    /// The file that a call's first argument is open on; nil where it is none of ours.
    private func file(_ call: SystemCall) throws -> Int? {
        guard let path = call.file(0).flatMap(inside) else { return nil }
        guard case .file(let file)? = names[path] else {
            throw Unmodelled(description: "\(call.name) on \(path), which has no name now")
        }
        return file
    }

    private mutating func write(_ call: SystemCall) throws {
        if let name = call.file(0), name.hasPrefix("TCP:") || name.hasPrefix("UNIX") {
            return operations.append(.world("sent"))
        }
        guard let file = try file(call) else { return }
        let bytes = Data(try call.bytes(1).prefix(call.number))
        let descriptor = call.number(0) ?? -1
        var offset = positions[descriptor] ?? 0
        if call.name == "pwrite64" {
            offset = call.number(3) ?? 0
        } else {
            positions[descriptor] = offset + bytes.count
        }
        operations.append(.write(file, at: offset, bytes))
    }

    private mutating func sync(_ call: SystemCall) throws {
        guard let path = call.file(0).flatMap(inside) else { return }
        if names[path] == .directory { return operations.append(.syncDirectory(path)) }
        guard let file = try file(call) else { return }
        operations.append(.sync(file, isDataOnly: call.name == "fdatasync"))
    }

    private mutating func map(_ call: SystemCall) throws {
        guard let path = call.file(4).flatMap(inside) else { return }
        let isWritten = call.words(2).contains("PROT_WRITE") && call.words(3).contains("MAP_SHARED")
        if isWritten { throw Unmodelled(description: "\(path) is mapped for writing") }
    }

    // MARK: Names

    private mutating func name(_ changes: [(path: String?, node: Node?)]) {
        let ours = changes.compactMap { change in change.path.map { (path: $0, node: change.node) }
        }
        guard !ours.isEmpty else { return }
        for change in ours { names[change.path] = change.node }
        operations.append(.rename(ours))
    }

    private mutating func rename(_ old: String?, _ new: String?) throws {
        guard let old, let new, case .file(let file)? = names[old] else {
            guard old != nil || new != nil else { return }
            throw Unmodelled(description: "a rename of a directory, or out of the root")
        }
        name([(old, nil), (new, .file(file))])
    }

    private mutating func link(_ old: String?, _ new: String?) throws {
        guard let old, let new, let node = names[old] else { return }
        name([(new, node)])
    }

    private mutating func change(_ call: SystemCall) throws {
        let isOpen = call.name == "fchmod" || call.name == "fchown"
        let isAt = call.name.hasSuffix("at")
        let first = isAt ? 2 : 1
        let place =
            isOpen
            ? call.file(0).flatMap(inside)
            : isAt ? try path(call, 0, 1) : try path(call, nil, 0)
        guard let place, case .file(let file)? = names[place], var now = attributes[file] else {
            return
        }
        if call.name.contains("chmod") {
            now.mode = UInt32(call.words(first), radix: 8) ?? now.mode
        } else {
            now.owner = call.number(first).map(UInt32.init) ?? now.owner
            now.group = call.number(first + 1).map(UInt32.init) ?? now.group
        }
        attributes[file] = now
        operations.append(.setAttributes(file, now))
    }
}
