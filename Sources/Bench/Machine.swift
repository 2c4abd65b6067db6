import Foundation

/// On what it was measured.
struct Machine: CustomStringConvertible {
    let description: String

    /// The machine, and the file system of `directory`.
    init(_ directory: String) {
        let memory = Self.value(of: "MemTotal", in: "/proc/meminfo").split(separator: " ").first
        let gibibytes = (memory.flatMap { Double($0) } ?? 0) / 1_048_576
        var names = utsname()
        uname(&names)
        let kernel = withUnsafeBytes(of: &names.release) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        description = """
            machine    \(ProcessInfo.processInfo.activeProcessorCount) cores \
            (\(Self.value(of: "model name", in: "/proc/cpuinfo"))), \(gibibytes.short) GiB, \
            Linux \(kernel)
            files      \(directory) on \(Self.fileSystem(of: directory))
            SQLite     \(Self.sqliteVersion)
            """
    }

    /// Milliseconds that all cores have been busy for anybody (proc(5), stat; 10 ms a tick).
    static func busy() -> Double {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst()
        // user, nice, system, (idle, iowait,) irq, softirq, steal
        let counted = fields.enumerated().filter { $0.offset < 8 && ![3, 4].contains($0.offset) }
        return counted.reduce(0) { $0 + (Double($1.element) ?? 0) } * 10
    }

    private static func value(of key: String, in path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "unknown"
    }

    /// The type of the mount that `path` lies on: the last of the longest (proc(5), mounts).
    private static func fileSystem(of path: String) -> String {
        let text = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        var best = (length: -1, words: "unknown")
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 3 else { continue }
            let isAbove = fields[1] == "/" || path == fields[1] || path.hasPrefix("\(fields[1])/")
            if isAbove, fields[1].count >= best.length {
                best = (fields[1].count, "\(fields[2]) (\(fields[0]), \(fields[3]))")
            }
        }
        return best.words
    }

    /// Of the library that holdover is linked with.
    private static var sqliteVersion: String {
        typealias Version = @convention(c) () -> UnsafePointer<CChar>?
        guard let library = dlopen("libsqlite3.so.0", RTLD_NOW),
            let symbol = dlsym(library, "sqlite3_libversion"),
            let text = unsafeBitCast(symbol, to: Version.self)()
        else { return "unknown" }
        return String(cString: text)
    }
}
