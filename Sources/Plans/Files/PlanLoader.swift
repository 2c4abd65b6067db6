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
        let trusted = try TrustedFile(file)
        let plans = try reader.read(bytes: trusted.bytes, file: file.path)
        if plans.contains(where: \.commandsTrust) {
            try trusted.refuseGroup(
                "a group may write this plan, which runs commands or reads secrets")
        }
        return plans
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
