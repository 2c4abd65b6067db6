import ArgumentParser
import Plans
import RotationCore
import RotationEngine

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

    func run() async throws {
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let placed = try plan.map { try shelf.plans(named: $0) } ?? shelf.all()
        let conflicts = PlanConflicts(placed).problems()
        if !conflicts.isEmpty { throw PlanErrors(conflicts) }
        var lines: [FindingView] = []
        var exits: [HoldoverExit] = []
        for one in placed {
            let result = self.static ? nil : await examine(one.plan)
            if let exit = result?.exit { exits.append(exit) }
            lines += result?.views(of: one.plan.client) ?? []
            if !workspace.json { show(one.plan, result) }
        }
        if workspace.json { try workspace.console.document(lines) }
        if placed.isEmpty, !workspace.json {
            workspace.console.line("no plans in \(workspace.plansDirectory)")
        }
        if let gravest = HoldoverExit.gravest(exits) { throw Stop(exit: gravest) }
    }

    /// A journal is no condition for a check; where there is one, it knows what is under way.
    private func examine(_ plan: Plan) async -> Examination.Result {
        let journal = try? workspace.reading()
        defer { try? journal?.close() }
        let latest = try? journal?.latest(of: plan.client)
        let live = latest.flatMap { $0.state.isEnded ? nil : $0 }
        return await Examination(plan: plan, live: live).run()
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
