import Adapters
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
        let (placed, settings) = try read()
        var lines: [FindingView] = []
        var exits: [HoldoverExit] = []
        func take(_ name: String, _ result: Examination.Result?) {
            if let exit = result?.exit { exits.append(exit) }
            lines += result?.views(of: ClientName(rawValue: name)) ?? []
            if !workspace.json { show(name, result) }
        }
        for one in placed {
            take(one.plan.client.rawValue, self.static ? nil : await examine(one.plan))
        }
        if let settings { take("alerts", self.static ? nil : await examine(settings)) }
        if workspace.json { try workspace.console.document(lines) }
        if placed.isEmpty, settings == nil, !workspace.json {
            workspace.console.line("no plans in \(workspace.plansDirectory)")
        }
        if let gravest = HoldoverExit.gravest(exits) { throw Stop(exit: gravest) }
    }

    /// The plans that are meant, and who is told; or everything that is wrong with either.
    private func read() throws -> ([PlacedPlan], AlertSettings?) {
        let reader = AlertSettingsReader(channels: AdapterRegistry.channels)
        if let plan, AlertShelf.holds(plan) { return ([], try reader.load(plan)) }
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        if let plan {
            let placed = try shelf.plans(named: plan)
            let conflicts = PlanConflicts(placed).problems()
            if !conflicts.isEmpty { throw PlanErrors(conflicts) }
            return (placed, nil)
        }
        var problems: [PlanProblem] = []
        var settings: AlertSettings?
        do throws(PlanErrors) { settings = try AlertShelf(workspace).settings() } catch {
            problems = error.problems
        }
        do {
            let placed = try shelf.all()
            guard problems.isEmpty else { throw PlanErrors(problems) }
            return (placed, settings)
        } catch let errors as PlanErrors { throw PlanErrors(errors.problems + problems) }
    }

    /// Whether each channel can be made; nobody is told.
    private func examine(_ settings: AlertSettings) async -> Examination.Result {
        var result = Examination.Result()
        for channel in settings.channels {
            do throws(AdapterError) {
                for finding in try await Ports.factory().channel(channel).preflight() {
                    result.add(channel.target.name, finding)
                }
            } catch { result.add(channel.target.name, error) }
        }
        return result
    }

    /// A journal is no condition for a check; where there is one, it knows what is under way.
    private func examine(_ plan: Plan) async -> Examination.Result {
        let journal = try? workspace.reading()
        defer { try? journal?.close() }
        let latest = try? journal?.latest(of: plan.client)
        let live = latest.flatMap { $0.state.isEnded ? nil : $0 }
        return await Examination(plan: plan, live: live).run()
    }

    private func show(_ name: String, _ result: Examination.Result?) {
        let console = workspace.console
        let isFine = result?.hasProblem != true
        let word = isFine ? console.colored("ok", .good) : console.colored("problem", .bad)
        let slots = result?.slots.map { " (\($0))" } ?? ""
        console.line("\(name): \(word)\(slots)")
        result?.show(on: console)
    }
}
