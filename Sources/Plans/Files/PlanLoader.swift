#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
public import RotationCore

/// Reads plans from files, and refuses files that others may write.
///
/// A plan names commands that run and secrets that are read with the rights of whoever runs
/// holdover, so who may edit it is asked as sudo asks it of sudoers.
public struct PlanLoader: Sendable {
    private let reader: PlanReader

    /// A loader that reads with `reader`.
    public init(reader: PlanReader) { self.reader = reader }

    /// Every plan of `path`, a directory or a file; or everything that is wrong with any of them.
    public func load(_ path: String) throws(PlanErrors) -> [PlacedPlan] {
        var problems: [PlanProblem] = []
        var placed: [PlacedPlan] = []
        for file in try PlanDirectory(path).files() {
            do throws(PlanErrors) {
                placed += try load(file).map { PlacedPlan(plan: $0, file: file.path) }
            } catch {
                problems += error.problems
            }
        }
        problems += PlanConflicts(placed).problems()
        guard problems.isEmpty else { throw PlanErrors(problems) }
        return placed
    }

    /// The plans in one file; conflicts with other files are for ``PlanConflicts`` to find.
    public func load(_ file: PlanFile) throws(PlanErrors) -> [Plan] {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw unreadable(file, errno) }
        defer { close(descriptor) }
        // The file that is judged is the one that is read, whatever the path means by now.
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(file, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw problem(file, "not-a-file", "this is no regular file", nil)
        }
        guard status.st_mode & S_IWOTH == 0 else {
            throw problem(
                file, "writable-by-others", "everybody may write this plan",
                "chmod o-w \(file.path.shellWord)")
        }
        let plans = try reader.read(bytes: try read(descriptor, file), file: file.path)
        guard status.st_mode & S_IWGRP == 0 || !plans.contains(where: \.commandsTrust) else {
            throw problem(
                file, "writable-by-others",
                "a group may write this plan, which runs commands or reads secrets",
                "chmod go-w \(file.path.shellWord)")
        }
        return plans
    }

    /// At most one byte more than a plan may have, which is enough to see that it is too long.
    private func read(_ descriptor: Int32, _ file: PlanFile) throws(PlanErrors) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= DocumentReader.Limit.bytes {
            let count = Self.fill(&buffer, from: descriptor)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(file, errno) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    private static func fill(_ buffer: inout [UInt8], from descriptor: Int32) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, &buffer, buffer.count)
        #else
        Musl.read(descriptor, &buffer, buffer.count)
        #endif
    }

    private func unreadable(_ file: PlanFile, _ code: Int32) -> PlanErrors {
        problem(file, "unreadable", "can't be read: \(String(cString: strerror(code)))", nil)
    }

    private func problem(
        _ file: PlanFile, _ code: String, _ message: String, _ suggestion: String?
    ) -> PlanErrors {
        PlanErrors([
            PlanProblem(file: file.path, code: code, message: message, suggestion: suggestion)
        ])
    }
}

extension Plan {
    /// Whether the plan runs commands or reads secrets, so that who may write it matters more.
    fileprivate var commandsTrust: Bool {
        let targets = [server] + stores + reload + consumers.compactMap(\.report)
        return !reload.isEmpty
            || targets.contains {
                $0.type == "exec" || $0.values.values.contains(where: \.isTrusted)
            }
    }
}

extension SettingValue {
    /// Whether the value, or one inside it, refers to a secret.
    fileprivate var isTrusted: Bool {
        switch self {
        case .text(let text): Spelling.isReference(text)
        case .list(let items): items.contains(where: \.isTrusted)
        case .group(let values): values.values.contains(where: \.isTrusted)
        }
    }
}
