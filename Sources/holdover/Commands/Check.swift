import ArgumentParser
import Plans
import RotationCore

/// `holdover check`: the plans as they are written, then the world that they name.
///
/// Reads only.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check plans, then everything that they name: rights, free slot, stores, clock.",
        discussion: """
            Examples:
              holdover check
              holdover check plans/billing-api.yaml
              holdover check billing-api --static
            """)

    @Argument(help: "A plan file, or the name of a client; all of the plan directory if left out.")
    var plan: String?

    @Flag(help: "Read the plans only; talk to nobody.")
    var `static` = false

    @OptionGroup var workspace: Workspace

    private struct Line: Encodable {
        let client: String
        let target: String
        let severity: String
        let code: String
        let message: String
    }

    func run() async throws {
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let placed = try plan.map { try shelf.plans(named: $0) } ?? shelf.all()
        let conflicts = PlanConflicts(placed).problems()
        if !conflicts.isEmpty { throw PlanErrors(conflicts) }
        var lines: [Line] = []
        var exits: [HoldoverExit] = []
        for one in placed {
            let result = self.static ? nil : await Examination(plan: one.plan).run()
            if let exit = result?.exit { exits.append(exit) }
            lines += (result?.findings ?? []).map {
                Line(
                    client: one.plan.client.rawValue, target: $0.target,
                    severity: $0.finding.severity.rawValue, code: $0.finding.code,
                    message: $0.finding.message)
            }
            if !workspace.json { show(one.plan, result) }
        }
        if workspace.json { try workspace.console.document(lines) }
        if placed.isEmpty, !workspace.json {
            workspace.console.line("no plans in \(workspace.plansDirectory)")
        }
        if let gravest = HoldoverExit.gravest(exits) { throw Stop(exit: gravest) }
    }

    private func show(_ plan: Plan, _ result: Examination.Result?) {
        let console = workspace.console
        let isFine = result?.hasProblem != true
        let word = isFine ? console.colored("ok", .good) : console.colored("problem", .bad)
        let slots = result?.slots.map { " (\($0))" } ?? ""
        console.line("\(plan.client.rawValue): \(word)\(slots)")
        result?.show(on: console)
    }
}
