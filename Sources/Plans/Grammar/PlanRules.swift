import RotationCore

/// What must hold between the parts of a plan.
struct PlanRules {
    private let plan: Plan
    private let node: DocumentNode
    private let file: String
    private let evidence: [String: EvidenceClass]

    /// The rules for `plan`, which was read from `node`; `evidence` is what each type of report
    /// gives.
    init(
        _ plan: Plan, from node: DocumentNode, file: String, _ evidence: [String: EvidenceClass]
    ) {
        self.plan = plan
        self.evidence = evidence
        self.node = node
        self.file = file
    }

    /// Everything that doesn't hold.
    func problems() -> [PlanProblem] {
        names("stores", plan.stores.map(\.name)) + names("reload", plan.reload.map(\.name))
            + names("consumers", plan.consumers.map(\.name)) + times() + proofs()
            + strategy()
    }

    /// Exactly one way for the old secret to give way.
    private func strategy() -> [PlanProblem] {
        let isBlueGreen = node["strategy"]?.text == "blue-green"
        let green = node["green_client_id"]
        var problems: [PlanProblem] = []
        if isBlueGreen != (green != nil) {
            problems.append(
                isBlueGreen
                    ? problem(
                        at: node["strategy"], "missing-key", "the key green_client_id is missing",
                        "green_client_id: the other registration's client_id")
                    : problem(
                        at: green, "unused-key",
                        "green_client_id has no meaning without `strategy: blue-green`",
                        "say that too, or leave it out"))
        }
        if let green, green.text == plan.clientID.rawValue {
            problems.append(
                problem(
                    at: green, "same-client-id", "green_client_id is the client_id itself",
                    "name the second registration"))
        }
        let isStaged = plan.strategy == .preStage
        if isBlueGreen || isStaged, node["allow_outage"]?.text == "true" {
            let strategy = isStaged ? "pre-stage" : "blue-green"
            problems.append(
                problem(
                    at: node["allow_outage"], "two-strategies",
                    "`strategy: \(strategy)` has no outage to allow", "leave allow_outage out"))
        }
        return problems + candidates(isNeeded: isStaged, isUnused: isBlueGreen)
    }

    /// A place for the candidate where there is one, and nowhere else.
    private func candidates(isNeeded: Bool, isUnused: Bool) -> [PlanProblem] {
        plan.stores.enumerated().compactMap { index, store in
            let isThere = store.values["candidate_field"] != nil
            let place = node["stores"]?.items?[index]
            if isNeeded, !isThere {
                return problem(
                    at: place, "missing-key",
                    "stores[\(index + 1)]: `strategy: pre-stage` needs candidate_field",
                    "candidate_field: where consumers read the secret that they try second")
            }
            guard isUnused, isThere else { return nil }
            return problem(
                at: place?["candidate_field"] ?? place, "unused-key",
                "stores[\(index + 1)]: candidate_field has no meaning with `strategy: blue-green`",
                "leave it out")
        }
    }

    private func names(_ key: String, _ names: [String]) -> [PlanProblem] {
        var seen = Set<String>()
        return names.enumerated().compactMap { index, name in
            if seen.insert(name).inserted { return nil }
            return problem(
                at: node[key]?.items?[index], "duplicate-name",
                "\(key)[\(index + 1)]: the name \(name.shown) is taken", "give each its own `name:`"
            )
        }
    }

    private func times() -> [PlanProblem] {
        var problems: [PlanProblem] = []
        if plan.consumers.isEmpty, plan.soak == nil {
            problems.append(
                problem(
                    at: node, "needs-evidence",
                    "nothing says when every consumer uses the new secret",
                    "name the consumers, or say `soak:` in words"))
        }
        if plan.retry.cap < plan.retry.first {
            problems.append(
                problem(
                    at: node["retry"], "retry-cap", "retry.cap is shorter than retry.first",
                    "at least \(plan.retry.first)"))
        }
        if let patience = plan.probe.patience, patience < plan.probe.window {
            problems.append(
                problem(
                    at: node["probe"], "probe-patience",
                    "probe.patience is shorter than probe.window", "at least \(plan.probe.window)"))
        }
        return problems + schedule()
    }

    /// What is no proof of a consumer's secret counts only where the plan says so in words.
    private func proofs() -> [PlanProblem] {
        guard plan.soak == nil else { return [] }
        return plan.consumers.enumerated().compactMap { index, consumer in
            let seen = consumer.report.map { evidence[$0.type] ?? .fingerprint } ?? .soak
            let isEnough = plan.strategy == .preStage ? seen == .fingerprint : seen.grade.isProof
            guard !isEnough else { return nil }
            let place = node["consumers"]?.items?[index]
            return problem(
                at: place?["report"] ?? place, "needs-soak",
                "consumers[\(index + 1)]: \(seen.shortfall(plan.strategy))",
                "give it a report that proves it, or say `soak:` in words")
        }
    }

    private func schedule() -> [PlanProblem] {
        guard let schedule = plan.schedule else { return [] }
        var problems: [PlanProblem] = []
        let busy =
            plan.overlap.milliseconds + plan.watch.milliseconds
            + (plan.soak?.milliseconds ?? 0)
        if schedule.every.milliseconds <= busy {
            problems.append(
                problem(
                    at: node["schedule"], "every-too-short",
                    "schedule.every is not longer than soak, overlap and watch together",
                    "more than \(Span(milliseconds: busy))"))
        }
        if schedule.jitter >= schedule.every {
            problems.append(
                problem(
                    at: node["schedule"], "jitter-too-long",
                    "schedule.jitter is not shorter than schedule.every",
                    "less than \(schedule.every)"))
        }
        return problems
    }

    private func problem(
        at node: DocumentNode?, _ code: String, _ message: String, _ suggestion: String
    ) -> PlanProblem {
        let mark = (node ?? self.node).mark
        return PlanProblem(
            file: file, line: mark.line, column: mark.column, code: code, message: message,
            suggestion: suggestion)
    }
}

extension EvidenceClass {
    /// What it doesn't show, in words.
    fileprivate func shortfall(_ strategy: Strategy) -> String {
        switch self {
        case .soak: "nothing shows which secret it uses"
        case .storeRead: "a read of the store doesn't show which secret it uses"
        case .telemetry, .fingerprint, .rollout:
            "\(rawValue) doesn't show whether it would try the candidate"
        }
    }
}
