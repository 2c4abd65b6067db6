@preconcurrency import Glibc

/// The variables of a process, byte for byte: neither a name nor a value need be UTF-8.
struct ByteEnvironment {
    /// Each as `NAME=value`, as the kernel has them.
    private(set) var entries: [[UInt8]]

    /// This process's own.
    static var own: ByteEnvironment {
        var entries: [[UInt8]] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(Array(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
            next += 1
        }
        return ByteEnvironment(entries: entries)
    }

    /// The value of the first variable of that name, which is the one that getenv(3) finds.
    ///
    /// Set to nil, all of that name are gone.
    subscript(name: String) -> [UInt8]? {
        get {
            let start = Array("\(name)=".utf8)
            return entries.first { $0.starts(with: start) }.map { Array($0.dropFirst(start.count)) }
        }
        set {
            let start = Array("\(name)=".utf8)
            entries.removeAll { $0.starts(with: start) }
            if let newValue { entries.append(start + newValue) }
        }
    }
}
