public import RotationCore

/// A plan and where it was read.
public struct PlacedPlan: Sendable, Hashable {
    /// The plan.
    public let plan: Plan
    /// The file as it was named to the reader.
    public let file: String
    /// Counted from 1; 0 where only the file is known.
    public let line: Int
    /// Counted from 1; 0 where only the file is known.
    public let column: Int

    /// A plan at a place.
    public init(plan: Plan, file: String, line: Int = 0, column: Int = 0) {
        self.plan = plan
        self.file = file
        self.line = line
        self.column = column
    }
}

/// What plans may not share: a name, a client at a server, a place where a secret is stored.
///
/// Two rotations of one client would each take the other's new secret for a stranger's, and two
/// writers of one store would lock each other's consumers out.
public struct PlanConflicts: Sendable {
    private let plans: [PlacedPlan]

    /// The conflicts between `plans`, which are in the order in which they were read.
    public init(_ plans: [PlacedPlan]) { self.plans = plans }

    /// One problem for each plan that takes what an earlier one has; it names both files.
    public func problems() -> [PlanProblem] {
        var names: [ClientName: PlacedPlan] = [:]
        var clients: [[String: SettingValue]: PlacedPlan] = [:]
        var stores: [TargetSettings: PlacedPlan] = [:]
        var problems: [PlanProblem] = []
        for placed in plans {
            let plan = placed.plan
            if let first = names[plan.client] {
                problems.append(
                    Self.problem(
                        placed, after: first, "duplicate-client",
                        "the client \(plan.client.rawValue) has a plan already",
                        "rename one of them"))
                continue
            }
            names[plan.client] = placed
            for client in plan.clientIDs {
                let identity = Self.identity(of: client, in: plan)
                if let first = clients[identity] {
                    problems.append(
                        Self.problem(
                            placed, after: first, "same-client-id",
                            "the client_id \(client.rawValue) is rotated by another plan",
                            "name all its stores and consumers in one plan"))
                }
                clients[identity] = placed
            }
            for store in plan.stores {
                var place = store
                place.name = ""
                if let first = stores[place] {
                    problems.append(
                        Self.problem(
                            placed, after: first, "same-store",
                            "the store \(store.name) of \(plan.client.rawValue) is written already",
                            "a store holds one client's secret"))
                }
                stores[place] = placed
            }
        }
        return problems
    }

    private static func identity(of client: ClientID, in plan: Plan) -> [String: SettingValue] {
        var identity = plan.server.values.filter { PlanDifference.identityKeys.contains($0.key) }
        identity["type"] = .text(plan.server.type)
        identity["client_id"] = .text(client.rawValue)
        return identity
    }

    private static func problem(
        _ placed: PlacedPlan, after first: PlacedPlan, _ code: String, _ message: String,
        _ suggestion: String
    ) -> PlanProblem {
        let line = first.line > 0 ? ":\(first.line)" : ""
        return PlanProblem(
            file: placed.file, line: placed.line, column: placed.column, code: code,
            message: "\(message), in \(first.file)\(line)", suggestion: suggestion)
    }
}
