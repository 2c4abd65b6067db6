import Foundation

/// What the saboteur does to a command at its system calls on some paths.
public struct Sabotage: Sendable, CustomStringConvertible {
    /// What happens to a call.
    public enum Deed: String, Sendable, CaseIterable {
        /// SIGKILL to the process, before the call does anything.
        case kill
        /// A write takes half of its bytes.
        case short
        /// The call fails: the device does.
        case inputOutput = "EIO"
        /// The call fails: no space is left.
        case noSpace = "ENOSPC"
        /// The call fails: a signal came in between.
        case interrupted = "EINTR"
    }

    /// A call that was met.
    public struct Call: Sendable, Hashable, CustomStringConvertible {
        /// Which one it was, from 1.
        public let number: Int
        /// Such as `pwrite64`.
        public let name: String
        /// What it was about.
        public let path: String

        /// As the saboteur writes it down.
        public var description: String { "\(number) \(name) \(path)" }
    }

    /// What happens.
    public let deed: Deed
    /// The first call that it happens to, from 1; nil to list all that it could happen to.
    public let point: Int?
    /// To how many calls; nil for all from there on.
    public let times: Int?
    /// What the paths begin with.
    public let paths: [String]
    /// Whether calls on sockets count.
    public let takesSockets: Bool
    /// Whether calls count that change nothing, such as reads and locks.
    public let takesLooks: Bool
    /// The file in which the calls are written down.
    public let reportPath: String

    /// A sabotage; its report is written over.
    public init(
        _ deed: Deed, at point: Int?, times: Int? = 1, paths: [String], sockets: Bool = false,
        looks: Bool = false, report: String
    ) {
        (self.deed, self.point, self.times, self.paths) = (deed, point, times, paths)
        (takesSockets, takesLooks, reportPath) = (sockets, looks, report)
    }

    /// The options that say it.
    var options: [String] {
        var words = ["--do", deed.rawValue, "--report", reportPath]
        if let point { words += ["--at", "\(point)", "--times", "\(times ?? 0)"] }
        words += paths.flatMap { ["--path", $0] }
        if takesSockets { words.append("--sockets") }
        return takesLooks ? words + ["--looks"] : words
    }

    /// As one would type it.
    public var description: String { "saboteur \(options.joined(separator: " "))" }

    /// The calls that were met: those that it happened to, or all for a list.
    ///
    /// The last line may still be growing, and is left out then.
    public func calls() throws -> [Call] {
        let text = try TextFile.read(reportPath)
        guard let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2).map(String.init)
            guard words.count == 3, let number = Int(words[0]) else { return nil }
            return Call(number: number, name: words[1], path: words[2])
        }
    }

    /// Why nothing can be sabotaged here; nil where it can be.
    ///
    /// Some containers allow no tracing, or no filter of system calls.
    public static let obstacle: String? = {
        let folder = FileManager.default.temporaryDirectory.path
        let errors = "\(folder)/saboteur-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: errors) }
        guard
            let saboteur = try? Binaries.path("saboteur"),
            let process = try? SpawnedProcess(
                saboteur, ["/bin/true"], environment: [:], output: "/dev/null", errors: errors)
        else { return nil }
        // It is reaped on a thread of its own; a task might not get one while this one waits.
        while process.ending == nil { usleep(2_000) }
        guard process.ending == .exited(125) else { return nil }
        let words = (try? TextFile.read(errors)) ?? ""
        return words.trimmingCharacters(in: .whitespacesAndNewlines)
    }()
}
