import Adapters
import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine

/// `holdover start`: begins a rotation by hand.
struct Start: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Begin a rotation, to be driven by `run`.",
        discussion: """
            Examples:
              holdover start billing-api --reason "leaked in a ticket"
              holdover start plans/billing-api.yaml --dry-run
              holdover start plans/fleet.yaml --all
            """)

    @Argument(help: "A plan file, or the name of a client in the plan directory.")
    var plan: String

    @Flag(help: "Show what would happen, gate by gate, and touch nothing.")
    var dryRun = false

    @Flag(help: "Start every client of a file that holds several.")
    var all = false

    @Option(help: "Why, for the audit.")
    var reason: String?

    @OptionGroup var workspace: Workspace

    func run() async throws {
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let placed = all ? try shelf.plans(named: plan) : [try shelf.plan(named: plan)]
        if dryRun {
            for one in placed {
                try await Rehearsal(plan: one.plan, console: workspace.console).show()
            }
            return
        }
        for one in placed { try Self.refuseWithoutOverlap(one.plan) }
        let engine = try await workspace.engine()
        let random = SystemRandom()
        let trigger = "by hand" + (reason.map { ": \($0)" } ?? "") + ", \(Self.actor)"
        try shelf.note(placed, in: engine.journal, at: SystemClock().now()) { random.fraction() }
        let started = try engine.start(
            placed.map { ($0.plan, PlanDigest(of: $0.plan).rawValue) }, trigger: trigger)
        var busy: [String] = []
        for (one, result) in zip(placed, started) {
            switch result {
            case .success(let rotation): try report(rotation)
            case .failure(let failure) where failure.kind == .ruleBroken:
                busy.append(one.plan.client.rawValue)
            case .failure(let failure): throw failure
            }
        }
        try complain(of: busy)
    }

    /// Says so before anything is recorded, and without asking anybody.
    private static func refuseWithoutOverlap(_ plan: Plan) throws {
        guard AdapterRegistry.capabilities(of: plan)?.permits(plan.strategy) == false else {
            return
        }
        let finding = Outage.refusal(of: plan)
        throw Problem(
            .failure, code: finding.code,
            "\(plan.client.rawValue): \(plan.server.name): \(finding.message)",
            state: "nothing was started", hint: "holdover check \(plan.client.rawValue)")
    }

    private func complain(of busy: [String]) throws {
        guard let name = busy.first else { return }
        let names = busy.prefix(8).joined(separator: ", ") + (busy.count > 8 ? ", ..." : "")
        throw Problem(
            .failure, code: "rotation-under-way",
            busy.count == 1
                ? "client \(name) has a rotation under way already"
                : "\(busy.count) clients have a rotation under way already: \(names)",
            state: "what was under way goes on as it was", hint: "holdover explain \(name)")
    }

    private func report(_ rotation: Rotation) throws {
        if workspace.json { return try workspace.console.document(RotationView(rotation)) }
        workspace.console.line(
            "started rotation \(rotation.id.rawValue) of \(rotation.client.rawValue)")
        if OneWay.holds(for: rotation.plan) {
            workspace.console.line("note: \(OneWay.words)")
        }
        if Outage.isAhead(of: rotation.plan) { workspace.console.line("note: \(Outage.words)") }
        workspace.console.line("next: holdover run --wait 5m")
    }

    /// Who types this, for the audit.
    static var actor: String {
        let environment = ProcessInfo.processInfo.environment
        let login = environment["SUDO_USER"] ?? environment["USER"] ?? environment["LOGNAME"]
        return "uid \(getuid())" + (login.map { " (\(safeText($0)))" } ?? "")
    }
}
