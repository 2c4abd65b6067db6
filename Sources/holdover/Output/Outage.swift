import Adapters
import RotationCore

/// What people are told of servers whose old secret dies with the making of a new one.
enum Outage {
    /// What it means for a rotation.
    static let words =
        "this server holds one secret for a client: from the moment at which it is replaced, every "
        + "consumer is locked out until it has read the new one"

    /// The same, for `check` and `start --dry-run`, where the plan allows it.
    static let finding = Finding(.warning, code: "outage", message: words)

    /// What there is to do about it, where the plan doesn't allow it.
    static func refusal(of plan: Plan) -> Finding {
        if case .blueGreen = plan.strategy {
            return Finding(
                .problem, code: "needs-no-blue-green",
                message: "two secrets of one client overlap at this server: leave `strategy` and "
                    + "`green_client_id` out")
        }
        let capabilities = AdapterRegistry.capabilities(of: plan)
        if plan.strategy == .preStage {
            return Finding(
                .problem, code: "needs-no-pre-stage",
                message: capabilities?.shape == .single
                    ? "this server makes the secret itself, so none can be staged before: choose "
                        + "`strategy: blue-green` with a second client, or `allow_outage: true`"
                    : "two secrets of one client overlap at this server: leave `strategy` out")
        }
        let staged = capabilities?.permits(.preStage) == true ? "`strategy: pre-stage`, " : ""
        return Finding(
            .problem, code: "no-overlap",
            message: "it keeps one secret for a client, so two can't overlap and a rotation would "
                + "lock consumers out; choose in the plan: \(staged)`strategy: blue-green` with a "
                + "second client, or `allow_outage: true`")
    }

    /// Whether a rotation of `plan` begins with one.
    static func isAhead(of plan: Plan) -> Bool {
        plan.strategy == .outage && AdapterRegistry.capabilities(of: plan)?.shape == .single
    }
}

/// What people are told of rotations whose new secret is a candidate first.
enum Staging {
    /// What it rests on, for `check`.
    static let finding = Finding(
        .warning, code: "pre-stage",
        message: "this server holds one secret for a client: consumers must try the candidate "
            + "where the secret is refused, and report that they hold it")
}

extension Phase {
    /// What is so when the phase is done in a rotation under `plan`.
    func whenDone(in plan: Plan) -> String {
        if plan.strategy == .preStage { return whenSwitched ?? whenDone }
        guard Outage.isAhead(of: plan) else { return whenDone }
        return switch self {
        case .create: "the new secret is in the old one's place: the outage has begun"
        case .accept: "the server accepts the new secret"
        case .adopt: "every consumer is proven on the new secret: the outage is over"
        default: whenDone
        }
    }

    /// What is so when the phase is done where the new secret was a candidate before; nil where
    /// that makes no difference.
    private var whenSwitched: String? {
        switch self {
        case .create: "the server has the new secret in the old one's place"
        case .accept: "the server accepts the new secret"
        case .write: "every store holds the new secret, and the old one as the candidate"
        default: nil
        }
    }

    private var purposeWhereStaged: String? {
        switch self {
        case .create: "put the candidate in the old one's place at the server"
        case .overlap: "nothing: two secrets can't overlap here"
        case .delete: "nothing: the old secret went with the switch"
        case .withdraw: "see that the old secret is in force, and nothing else"
        default: nil
        }
    }

    /// What the phase is for in a rotation under `plan`.
    func purpose(in plan: Plan) -> String {
        if plan.strategy == .preStage { return purposeWhereStaged ?? purpose }
        guard Outage.isAhead(of: plan) else { return purpose }
        return switch self {
        case .create: "put a new secret in the old one's place: the outage begins"
        case .overlap: "nothing: two secrets can't overlap here"
        case .delete: "nothing: the old secret went with the switch"
        case .withdraw: "see that the old secret is in force, and nothing else"
        default: purpose
        }
    }
}

extension Rotation {
    /// Where that leaves everybody, at three in the morning.
    var standing: String {
        guard let phase = state.phase else { return state.standing }
        if plan.strategy == .preStage { return standingWhereStaged(phase) }
        guard Outage.isAhead(of: plan) else { return standingBesideTheOld(phase) }
        return switch phase {
        case .create where body.isCreationOpen:
            "nobody knows yet whether the new secret is in the old one's place"
        case .accept, .write, .reload, .adopt, .overlap, .disable, .reinstate, .delete:
            "the new secret is in force; whoever hasn't read it yet is locked out"
        case .enable, .restore, .recall, .readopt:
            "one of the two secrets is in force; whoever uses the other one is locked out"
        case .stage, .announce, .ready, .create, .prove, .watch, .close, .withdraw: state.standing
        }
    }

    /// Where both secrets are accepted for a while.
    private func standingBesideTheOld(_ phase: Phase) -> String {
        guard phase == .delete, !body.isDeleteSent else { return state.standing }
        // The deletion waits for its time or for guards: so far the phase before it is what counts.
        return body.revokedAt == nil
            ? RotationState.running(.overlap).standing : RotationState.running(.disable).standing
    }

    private func standingWhereStaged(_ phase: Phase) -> String {
        switch phase {
        case .create where body.isCreationOpen:
            "nobody knows yet which secret is in force; consumers hold both"
        case .create: "the old secret is in force; every consumer holds both"
        case .accept, .write, .reload, .adopt, .overlap, .disable, .reinstate, .delete:
            "the new secret is in force; stores and consumers hold both"
        case .enable, .restore, .recall, .readopt:
            "one of the two secrets is in force; stores and consumers hold both"
        case .stage, .announce, .ready, .prove, .watch, .close, .withdraw: state.standing
        }
    }
}
