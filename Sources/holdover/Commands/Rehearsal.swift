import RotationCore

/// `start --dry-run`: every gate of a rotation and what is known of it now.
///
/// Touches nothing.
struct Rehearsal {
    let plan: Plan
    let console: Console

    /// One phase of the way forward, for `--json`.
    private struct Gate: Encodable {
        let step: String
        let phase: String
        let purpose: String
        let gate: String?
    }

    private struct Document: Encodable {
        let client: String
        let gates: [Gate]
        let findings: [FindingView]
    }

    func show() async throws {
        let examination = await Examination(plan: plan).run()
        if console.json { try printDocument(examination) } else { printPage(examination) }
        if let exit = examination.exit { throw Stop(exit: exit) }
    }

    private func printDocument(_ examination: Examination.Result) throws {
        let gates = Self.forward.map { phase in
            Gate(
                step: phase.step.rawValue, phase: phase.rawValue, purpose: phase.purpose(in: plan),
                gate: gate(phase, examination))
        }
        try console.document(
            Document(
                client: plan.client.rawValue, gates: gates,
                findings: examination.views(of: plan.client)))
    }

    private func printPage(_ examination: Examination.Result) {
        console.line(console.colored("\(plan.client.rawValue)", .strong) + ": what would happen")
        var step: Step?
        for phase in (plan.strategy == .preStage ? Self.ahead : []) + Self.forward {
            let name = phase.step == step ? "" : phase.step.rawValue
            step = phase.step
            let gate = gate(phase, examination).map { "; \($0)" } ?? ""
            let head = "  \(name.padding(to: 11))\(phase.rawValue.padding(to: 8))"
            console.line("\(head)\(phase.purpose(in: plan))\(gate)")
        }
        examination.show(on: console)
        console.line("nothing was touched")
    }

    private static let ahead: [Phase] = [.stage, .announce, .ready]

    private static let forward: [Phase] = [
        .create, .accept, .write, .reload, .adopt, .overlap, .disable, .delete, .prove, .watch,
        .close,
    ]

    /// Whether the old secret goes with the making of the new one.
    private var isSwitched: Bool { plan.strategy == .preStage || Outage.isAhead(of: plan) }

    private func gate(_ phase: Phase, _ examination: Examination.Result) -> String? {
        let probe = "\(plan.probe.successes) answers over \(plan.probe.window)"
        return switch phase {
        case .stage: plan.stores.map(\.name).joined(separator: ", ")
        case .create where plan.strategy == .preStage:
            "gate: every store and consumer again, live"
                + (plan.needsApproval ? ", a person's approval" : "")
        case .create where isSwitched && plan.needsApproval: "gate: a person's approval"
        case .create: examination.slots
        case .accept: "gate: \(probe), and a made-up secret refused"
        case .write: plan.stores.map(\.name).joined(separator: ", ")
        case .announce, .reload:
            plan.reload.isEmpty ? "no hooks" : plan.reload.map(\.name).joined(separator: ", ")
        case .ready, .adopt:
            "gate: "
                + (plan.consumers.map(\.name) + (plan.soak.map { ["soak \($0)"] } ?? []))
                .joined(separator: ", ")
        case .overlap where isSwitched, .delete where isSwitched: nil
        case .overlap: "gate: \(plan.overlap)" + (plan.needsApproval ? ", a person's approval" : "")
        case .disable:
            examination.canDisable ? "gate: all guards, live" : "skipped: no soft disable here"
        case .delete: "gate: all guards again, live; no way back from here"
        case .prove: "gate: refused in \(probe)"
        case .watch: "\(plan.watch)"
        case .close, .reinstate, .enable, .restore, .recall, .readopt, .withdraw: nil
        }
    }
}

extension String {
    /// The text with blanks up to a width.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
