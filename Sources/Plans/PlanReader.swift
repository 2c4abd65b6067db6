public import RotationCore

/// Reads plans: strict YAML, checked against the adapters' own descriptors.
///
/// Pure: it opens no file and asks nobody. A file holds one plan, or a fleet under `clients:`.
public struct PlanReader: Sendable {
    private let grammar: PlanGrammar

    /// A reader that knows these adapters.
    public init(descriptors: AdapterDescriptors) {
        grammar = PlanGrammar(descriptors)
    }

    /// The plans in `yaml`, which problems call `file`; or everything that is wrong with it.
    public func read(_ yaml: String, file: String) throws(PlanErrors) -> [Plan] {
        try read(bytes: Array(yaml.utf8), file: file)
    }

    /// The plans in the UTF-8 `bytes`, which problems call `file`; or everything that is wrong.
    public func read(bytes: [UInt8], file: String) throws(PlanErrors) -> [Plan] {
        let reader = DocumentReader(bytes, file: file)
        guard let root = reader.read() else { throw PlanErrors(reader.problems) }
        guard let problem = Self.notAPlan(root, file: file) else {
            return try plans(in: root, file: file, reading: reader.problems)
        }
        throw PlanErrors(reader.problems + [problem])
    }

    private func plans(in root: DocumentNode, file: String, reading: [PlanProblem])
        throws(PlanErrors) -> [Plan]
    {
        let fleet = Fleet(root, file: file, grammar: grammar)
        var problems = reading + fleet.problems
        var placed: [PlacedPlan] = []
        for node in fleet.plans {
            var checker = Checker(file: file)
            checker.check(node, as: .group(grammar.fields), at: "")
            problems += checker.problems
            guard checker.problems.isEmpty, let plan = PlanBuilder(node).plan() else { continue }
            problems += PlanRules(plan, from: node, file: file, grammar.evidence).problems()
            placed.append(
                PlacedPlan(plan: plan, file: file, line: node.mark.line, column: node.mark.column))
        }
        problems += PlanConflicts(placed).problems()
        guard problems.isEmpty else { throw PlanErrors(problems) }
        return placed.map(\.plan)
    }

    private static func notAPlan(_ root: DocumentNode, file: String) -> PlanProblem? {
        guard root.entries == nil else { return nil }
        return PlanProblem(
            file: file, line: root.mark.line, column: root.mark.column, code: "wrong-type",
            message: "a plan is a mapping, not \(root.kind)", suggestion: "begin with `client:`")
    }
}
