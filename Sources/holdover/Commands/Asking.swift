import ArgumentParser
import Foundation
import Plans
import RotationCore
import RotationEngine

/// What people ask of a rotation: recorded at once, whether or not a run is in progress.
///
/// Where no run is in progress it is answered on the spot; else the run answers it at its next
/// step.
struct Asking {
    let workspace: Workspace

    func ask(_ kind: Request.Kind, of word: String, words: String, plan: Plan? = nil) async throws {
        let (rotation, answered) = try await record(kind, of: word, words: words, plan: plan)
        if workspace.json { return try workspace.console.document(RotationView(rotation)) }
        let name = rotation.client.rawValue
        guard answered else {
            return workspace.console.line(
                "\(kind.rawValue) of \(name) is recorded; a run answers it at its next step")
        }
        workspace.console.line("\(name) is \(rotation.state.words): \(rotation.standing)")
    }

    private func record(_ kind: Request.Kind, of word: String, words: String, plan: Plan?)
        async throws -> (Rotation, Bool)
    {
        let journal = try writing()
        let rotation = try journal.find(word)
        guard !rotation.state.isEnded else {
            throw Problem(
                .failure, code: "rotation-over",
                "the rotation of \(rotation.client.rawValue) is \(rotation.state.name)",
                state: rotation.standing, hint: "holdover history \(rotation.client.rawValue)"
            )
        }
        if kind == .rollback, !rotation.isGoingBack, let refusal = rotation.rollbackRefusal {
            throw Problem(
                .failure, code: "rollback-refused", "a rollback can't be had: \(refusal)",
                state: rotation.standing,
                hint: "holdover start \(rotation.client.rawValue), once this rotation is over")
        }
        if let plan { try journal.keep(plan, digest: words) }
        try journal.ask(
            Request(
                rotation: rotation.id, kind: kind, words: words, madeAt: SystemClock().now()),
            client: rotation.client)
        try journal.close()
        return try await answer(rotation)
    }

    private func writing() throws -> Journal {
        do {
            let journal = try Journal.open(in: workspace.stateDirectory)
            try journal.checkAnchor()
            return journal
        } catch let failure as JournalFailure {
            throw Problem(failure, in: workspace.stateDirectory)
        }
    }

    /// Answers on the spot; a run in progress, or a missing key, leaves that to the next run.
    private func answer(_ rotation: Rotation) async throws -> (Rotation, Bool) {
        let engine: RotationEngine
        do { engine = try await workspace.engine() } catch let problem as Problem
            where problem.exit == .locked || problem.exit == .journal || problem.isAboutKey
        { return (rotation, false) }
        let before = try engine.journal.auditLines(of: rotation.id).count
        try await engine.answerRequests(of: rotation)
        let after = try engine.journal.rotation(rotation.id) ?? rotation
        let lines = try engine.journal.auditLines(of: rotation.id).dropFirst(before)
        if let refusal = lines.compactMap(Self.refusal).last {
            throw Problem(
                .failure, code: "request-refused", "that can't be had: \(refusal)",
                state: after.standing, hint: "holdover explain \(rotation.client.rawValue)")
        }
        return (after, true)
    }

    /// Why the request that an audit line answers was refused; nil where it wasn't.
    private static func refusal(in line: AuditLine) -> String? {
        guard line.event.hasPrefix("answered-") else { return nil }
        let facts = try? JSONDecoder().decode([String: String].self, from: Data(line.body.utf8))
        return facts?["refused"]
    }
}

/// `holdover approve`.
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve that the old secret is revoked, where the plan asks for a person.",
        discussion: """
            Example:
              holdover approve billing-api --reason "change 4711"
            """)
    @Argument(help: "A client, or the id of a rotation.") var rotation: String
    @Option(help: "Why, for the audit.") var reason: String?
    @OptionGroup var workspace: Workspace

    func run() async throws {
        let words = [Start.actor, reason].compactMap { $0 }.joined(separator: ": ")
        try await Asking(workspace: workspace).ask(.approve, of: rotation, words: words)
    }
}

/// `holdover hold`.
struct Hold: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop a rotation where it is. Works while a run is in progress.",
        discussion: """
            Example:
              holdover hold billing-api --reason "deploy freeze"
            """)
    @Argument(help: "A client, or the id of a rotation.") var rotation: String
    @Option(help: "Why, for the audit.") var reason: String?
    @OptionGroup var workspace: Workspace

    func run() async throws {
        let words = [Start.actor, reason].compactMap { $0 }.joined(separator: ": ")
        try await Asking(workspace: workspace).ask(.hold, of: rotation, words: words)
    }
}

/// `holdover resume`.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a held rotation go on; decide what an edited plan means for it.",
        discussion: """
            Examples:
              holdover resume billing-api
              holdover resume billing-api --keep-plan      go on with the plan it started with
              holdover resume billing-api --accept-plan    go on with the edited plan
              holdover resume billing-api --forward        go forward after all, not back
            """)
    @Argument(help: "A client, or the id of a rotation.") var rotation: String
    @Flag(help: "Go on with the plan that it started with, though the file was edited.")
    var keepPlan = false
    @Flag(help: "Go on with the edited plan; stores and consumers are proven again.")
    var acceptPlan = false
    @Flag(help: "A rotation that was going back goes forward after all.")
    var forward = false
    @OptionGroup var workspace: Workspace

    func validate() throws {
        if [keepPlan, acceptPlan, forward].filter({ $0 }).count > 1 {
            throw ValidationError("choose one of --keep-plan, --accept-plan and --forward")
        }
    }

    func run() async throws {
        let asking = Asking(workspace: workspace)
        if forward { return try await asking.ask(.forward, of: rotation, words: Start.actor) }
        guard keepPlan || acceptPlan else {
            return try await asking.ask(.resume, of: rotation, words: Start.actor)
        }
        let journal = try workspace.reading()
        let found = try journal.find(rotation)
        let present = try journal.client(found.client)
        try journal.close()
        if keepPlan {
            let digest = present?.planDigest ?? ""
            return try await asking.ask(.keepPlan, of: rotation, words: digest)
        }
        let file = present?.planFile ?? workspace.plansDirectory
        let shelf = PlanShelf(directory: workspace.plansDirectory)
        let plans = try shelf.plans(named: file).filter { $0.plan.client == found.client }
        guard let plan = plans.first?.plan else {
            throw Problem(
                .usage, code: "plan-missing", "\(file) no longer holds a plan for this client",
                state: found.standing, hint: "holdover resume \(rotation) --keep-plan")
        }
        let digest = PlanDigest(of: plan).rawValue
        try await asking.ask(.acceptPlan, of: rotation, words: digest, plan: plan)
    }
}

/// `holdover retry`.
struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Try again now, without waiting for the pause to end.",
        discussion: """
            Example:
              holdover retry billing-api && holdover run
            """)
    @Argument(help: "A client, or the id of a rotation.") var rotation: String
    @OptionGroup var workspace: Workspace

    func run() async throws {
        try await Asking(workspace: workspace).ask(.retry, of: rotation, words: Start.actor)
    }
}

/// `holdover rollback`.
struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Go back to the old secret; possible until its deletion was sent.",
        discussion: """
            Stores get the old secret again, consumers are told and proven, then the new secret is
            deleted. The way is walked by `holdover run`.

            Example:
              holdover rollback billing-api --reason "the new secret breaks the legacy job"
            """)
    @Argument(help: "A client, or the id of a rotation.") var rotation: String
    @Option(help: "Why, for the audit.") var reason: String?
    @OptionGroup var workspace: Workspace

    func run() async throws {
        let words = [Start.actor, reason].compactMap { $0 }.joined(separator: ": ")
        try await Asking(workspace: workspace).ask(.rollback, of: rotation, words: words)
    }
}
