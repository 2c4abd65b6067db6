import RotationCore
import RotationEngine

/// Tells of a run's progress: a line for each thing that moved.
struct Timeline: Sendable {
    let console: Console
    let isQuiet: Bool

    func tell(_ news: RotationNews) {
        guard !isQuiet else { return }
        if console.json { return console.line(JSONText.line(NewsView(news))) }
        let now = SystemClock().now()
        let time = console.colored(String(now.utc.dropFirst(11)), .faint)
        let name = console.colored(news.rotation.client.rawValue, .strong)
        console.line("\(time)  \(name)  \(words(news, now))")
    }

    private func words(_ news: RotationNews, _ now: Instant) -> String {
        let step = news.phase.step.rawValue.padding(to: 11)
        switch news.event {
        case .done:
            if news.rotation.state == .abandoned {
                return console.colored("↩", .attention)
                    + " \(step)abandoned: the old secret is in force"
            }
            if let skipped = news.skipped {
                return console.colored("-", .faint)
                    + " \(step)\(news.phase.rawValue) skipped: \(skipped)"
            }
            return console.colored("✓", .good)
                + " \(step)\(news.phase.whenDone(in: news.rotation.plan))"
        case .drifted:
            return console.colored("↻", .attention)
                + " \(step)a store was changed; writing it again"
        case .unproven:
            return console.colored("↻", .attention) + " \(step)a consumer is no longer proven"
        case .turnedBack: return console.colored("↩", .attention) + " \(step)turning back"
        case .turnedForward: return console.colored("→", .attention) + " \(step)going forward again"
        case .stopped, .resumed, nil: return waiting(news.rotation, step, now)
        }
    }

    private func waiting(_ rotation: Rotation, _ step: String, _ now: Instant) -> String {
        let reason = rotation.reason?.rawValue ?? ""
        let detail = safeText(rotation.detail ?? "", limit: 200)
        if case .held = rotation.state {
            return console.colored("■", .bad) + " \(step)held: \(reason): \(detail)"
        }
        let next = rotation.nextAt.relative(to: now)
        return console.colored("…", .faint) + " \(step)\(reason): \(detail) (next \(next))"
    }
}
