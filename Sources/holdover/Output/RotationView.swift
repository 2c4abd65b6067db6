import RotationCore
import RotationEngine

/// A rotation as `--json` has it.
///
/// Stable: fields are added, never renamed.
struct RotationView: Encodable {
    let schema = "holdover.rotation.v1"
    let rotation: String
    let client: String
    let state: String
    let step: String?
    let phase: String?
    let reason: String?
    let detail: String?
    let needsPerson: Bool
    let startedAt: String
    let waitingSince: String
    let nextAt: String?
    let endedAt: String?
    let oldCredential: String?
    let newCredential: String?
    let planDigest: String
    let trigger: String
    let approval: String?
    var consumers: [EvidenceView] = []
    /// How far the server's log of token requests could be read; absent where it wasn't looked at.
    let serverLog: SightView?
    let notices: [NoticeView]

    enum CodingKeys: String, CodingKey {
        case schema, rotation, client, state, step, phase, reason, detail, needsPerson, startedAt
        case waitingSince, nextAt, endedAt, oldCredential, newCredential, planDigest, trigger
        case approval, consumers, serverLog, notices
    }

    init(_ rotation: Rotation, evidence: [Evidence] = [], notices: [Notice] = []) {
        serverLog = rotation.body.sight.map(SightView.init)
        self.notices = notices.map(NoticeView.init)
        self.rotation = rotation.id.rawValue
        client = rotation.client.rawValue
        state = rotation.stateName
        step = rotation.state.phase?.step.rawValue
        phase = rotation.state.phase?.rawValue
        reason = rotation.reason?.rawValue
        detail = rotation.detail
        needsPerson = rotation.reason?.needsPerson ?? false
        startedAt = rotation.startedAt.utc
        waitingSince = rotation.body.waitingSince.utc
        nextAt = rotation.state.isEnded ? nil : rotation.nextAt.utc
        endedAt = rotation.endedAt?.utc
        oldCredential = rotation.oldCredential?.rawValue
        newCredential = rotation.newCredential?.rawValue
        planDigest = rotation.planDigest
        trigger = rotation.body.trigger
        approval = rotation.body.approval
        consumers = evidence.map(EvidenceView.init)
    }
}

/// A consumer's evidence as `--json` has it.
struct EvidenceView: Encodable {
    let consumer: String
    let source: String
    let grade: String?
    let verdict: String
    let detail: String
    let reportedAt: String?
    let takenAt: String

    init(_ evidence: Evidence) {
        consumer = evidence.consumer
        source = evidence.source.rawValue
        grade = evidence.finding.isPassed ? evidence.grade.rawValue : nil
        verdict = evidence.verdict.rawValue
        detail = evidence.detail
        reportedAt = evidence.reportedAt?.utc
        takenAt = evidence.takenAt.utc
    }
}

/// A line of `status --json`.
struct SummaryView: Encodable {
    let rotation: String
    let client: String
    let state: String
    let phase: String?
    let reason: String?
    let detail: String?
    let startedAt: String
    let nextAt: String?
    let endedAt: String?

    init(_ summary: RotationSummary) {
        rotation = summary.id.rawValue
        client = summary.client.rawValue
        state = summary.state.name
        phase = summary.state.phase?.rawValue
        reason = summary.reason?.rawValue
        detail = summary.detail
        startedAt = summary.startedAt.utc
        nextAt = summary.state.isEnded ? nil : summary.nextAt.utc
        endedAt = summary.endedAt?.utc
    }
}

/// A line of `run --json`.
struct NewsView: Encodable {
    let type = "progress"
    let schema = "holdover.progress.v1"
    let at: String
    let rotation: String
    let client: String
    let phase: String
    let event: String
    let state: String
    let nextPhase: String?
    let reason: String?
    let detail: String?

    enum CodingKeys: String, CodingKey {
        case type, schema, at, rotation, client, phase, event, state, nextPhase, reason, detail
    }

    init(_ news: RotationNews) {
        at = SystemClock().now().utc
        rotation = news.rotation.id.rawValue
        client = news.rotation.client.rawValue
        phase = news.phase.rawValue
        event = news.event?.rawValue ?? "waiting"
        state = news.rotation.stateName
        nextPhase = news.rotation.state.phase?.rawValue
        reason = news.rotation.reason?.rawValue
        detail = news.rotation.detail
    }
}
