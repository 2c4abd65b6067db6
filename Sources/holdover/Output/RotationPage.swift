import RotationCore
import RotationEngine

/// One rotation in full, for people.
struct RotationPage {
    private let rotation: Rotation
    private let evidence: [Evidence]
    private let requests: [Request]
    private let notices: [Notice]

    init(
        _ rotation: Rotation, _ evidence: [Evidence], _ requests: [Request], _ notices: [Notice]
    ) {
        self.notices = notices
        self.rotation = rotation
        self.evidence = evidence
        self.requests = requests
    }

    func show(on console: Console) {
        let now = SystemClock().now()
        console.line(
            "\(console.colored(rotation.client.rawValue, .strong))  \(rotation.id.rawValue)")
        console.line("  " + progress(console))
        console.line("  state     \(rotation.state.words): \(rotation.standing)")
        console.line("  started   \(rotation.startedAt.utc), \(safeText(rotation.body.trigger))")
        if let reason = rotation.reason {
            let detail = safeText(rotation.detail ?? "", limit: 300)
            console.line("  waits     \(reason.rawValue): \(detail)")
            console.line("  since     \(rotation.body.waitingSince.utc)")
        }
        if rotation.state.isWaiting {
            let next = rotation.nextAt
            console.line("  next      \(next.utc) (\(next.relative(to: now)))")
        }
        if let ended = rotation.endedAt { console.line("  ended     \(ended.utc)") }
        if let why = rotation.body.rollbackReason {
            console.line("  rollback  \(safeText(why, limit: 300))")
        }
        console.line("  old id    \(safeText(rotation.oldCredential?.rawValue ?? "-"))")
        console.line("  new id    \(safeText(rotation.newCredential?.rawValue ?? "-"))")
        for one in evidence {
            let word = console.colored(
                one.verdict.rawValue, one.verdict == .proven ? .good : .attention)
            let grade = one.finding.isPassed ? ", grade \(one.grade.rawValue)" : ""
            console.line(
                "  consumer  \(one.consumer): \(word) by \(one.source.rawValue)\(grade), "
                    + "\(safeText(one.detail)) (\(one.takenAt.utc))")
        }
        if let sight = rotation.body.sight { console.line("  log       \(safeText(sight.words))") }
        for notice in notices { console.line("  notice    \(notice.line(at: now))") }
        for request in requests {
            console.line("  asked     \(request.kind.rawValue), not answered yet; holdover run")
        }
    }

    /// `generate ✓  distribute ✓  verify ●  revoke  monitor`.
    private func progress(_ console: Console) -> String {
        let steps: [Step] = [.generate, .distribute, .verify, .revoke, .monitor]
        let present = rotation.state.phase?.step
        guard rotation.state != .abandoned, present != .rollback else {
            let word = rotation.state == .abandoned ? "abandoned" : "going back"
            return console.colored(word, .attention)
        }
        let index = present.flatMap(steps.firstIndex) ?? steps.count
        return steps.enumerated().map { position, step in
            if position < index { return console.colored("\(step.rawValue) ✓", .good) }
            return position == index ? "\(step.rawValue) ●" : console.colored(step.rawValue, .faint)
        }.joined(separator: "  ")
    }
}
