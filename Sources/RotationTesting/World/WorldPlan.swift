public import RotationCore

extension World {
    /// The plan with the fewest calls: one probe each, no windows, nothing to wait for.
    public func briefPlan() -> Plan {
        var plan = plan(overlap: .zero, watch: .zero)
        plan.reload = []
        plan.probe = ProbeRule(successes: 1, window: .zero, patience: .minutes(5))
        return plan
    }

    /// A plan for this world: every store, every consumer, one hook.
    public func plan(
        overlap: Span = .seconds(10), watch: Span = .minutes(2), needsApproval: Bool = false
    ) -> Plan {
        let stores = (0..<configuration.storeCount).map {
            TargetSettings(name: "store\($0)", type: "fake", values: [:])
        }
        let consumers = configuration.habits.indices.map {
            ConsumerSettings(
                name: "consumer\($0)",
                report: TargetSettings(name: "report\($0)", type: "fake", values: [:]))
        }
        return Plan(
            client: ClientName(rawValue: "billing"), clientID: ClientID(rawValue: "billing-id"),
            server: TargetSettings(name: "server", type: "fake", values: [:]), stores: stores,
            reload: [TargetSettings(name: "hook", type: "fake", values: [:])],
            consumers: consumers, overlap: overlap, watch: watch,
            probe: ProbeRule(successes: 2, window: .seconds(2), patience: .minutes(5)),
            retry: RetryRule(first: .seconds(2), cap: .seconds(8)), needsApproval: needsApproval,
            isExclusive: configuration.isExclusive, strategy: configuration.strategy)
    }
}
