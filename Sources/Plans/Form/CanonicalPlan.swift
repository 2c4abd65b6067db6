public import RotationCore

/// A plan as one line of JSON: the keys of a plan file, sorted, every default spelled out.
///
/// Equal plans have equal lines, whatever their files looked like, so this is what is journalled,
/// compared and digested.
public enum CanonicalPlan {
    /// The line for `plan`.
    public static func encode(_ plan: Plan) -> String { value(of: plan).canonical }

    /// The plan in a line that ``encode(_:)`` made, now or in an earlier release with fewer keys;
    /// throws where the line says anything that the plan doesn't.
    public static func decode(_ line: String) throws(PlanErrors) -> Plan {
        // JSON is YAML, so the reader of plans reads it too, with the same limits.
        let reader = DocumentReader(Array(line.utf8), file: "recorded plan")
        guard let root = reader.read(), reader.problems.isEmpty,
            let plan = PlanBuilder(root).plan(),
            value(of: plan).covers(root)
        else {
            throw PlanErrors(
                reader.problems + [
                    PlanProblem(
                        file: "recorded plan", code: "not-canonical",
                        message: "this is no plan as holdover records it")
                ])
        }
        return plan
    }

    /// The plan as a tree, in the order of a plan file.
    static func value(of plan: Plan) -> JSONValue {
        var (strategy, green): (String?, ClientID?) = (nil, nil)
        switch plan.strategy {
        case .overlap, .outage: break
        case .preStage: strategy = "pre-stage"
        case .blueGreen(let id): (strategy, green) = ("blue-green", id)
        }
        return .object([
            "client": .string(plan.client.rawValue),
            "client_id": .string(plan.clientID.rawValue),
            "server": value(of: plan.server),
            "stores": .array(plan.stores.map(value)),
            "reload": plan.reload.isEmpty ? nil : .array(plan.reload.map(value)),
            "consumers": plan.consumers.isEmpty ? nil : .array(plan.consumers.map(value)),
            "soak": plan.soak.map(value),
            "overlap": value(of: plan.overlap),
            "watch": value(of: plan.watch),
            "probe": .object([
                "successes": .integer(plan.probe.successes),
                "window": value(of: plan.probe.window),
                "patience": plan.probe.patience.map(value),
            ]),
            "retry": .object([
                "first": value(of: plan.retry.first), "cap": value(of: plan.retry.cap),
                "settle": plan.retry.settle.map(value),
            ]),
            "schedule": plan.schedule.map(value),
            "approval": .string(plan.needsApproval ? "required" : "none"),
            "exclusive": .boolean(plan.isExclusive),
            "strategy": strategy.map(JSONValue.string),
            "green_client_id": (green?.rawValue).map(JSONValue.string),
            "allow_outage": plan.strategy == .outage ? .boolean(true) : nil,
            "keep_disabled": plan.keepDisabled.map(value),
            "scopes": plan.scopes.map { .array($0.map(JSONValue.string)) },
        ])
    }

    private static func value(of span: Span) -> JSONValue { .string(span.description) }

    private static func value(of schedule: Schedule) -> JSONValue {
        .object([
            "every": value(of: schedule.every),
            "at": schedule.window.map { .string("\(clock($0.from))-\(clock($0.to))") },
            "jitter": value(of: schedule.jitter),
        ])
    }

    private static func clock(_ minutes: Int) -> String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
    }

    private static func value(of consumer: ConsumerSettings) -> JSONValue {
        .object(["name": .string(consumer.name), "report": consumer.report.map(value(of:))])
    }

    private static func value(of target: TargetSettings) -> JSONValue {
        let head = [
            JSONValue.Member(key: "type", value: .string(target.type)),
            JSONValue.Member(key: "name", value: .string(target.name)),
        ]
        return .object(head + members(of: target.values))
    }

    private static func members(of values: [String: SettingValue]) -> [JSONValue.Member] {
        values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { JSONValue.Member(key: $0.key, value: value(of: $0.value)) }
    }

    private static func value(of setting: SettingValue) -> JSONValue {
        switch setting {
        case .text(let text): .string(text)
        case .list(let items): .array(items.map(value))
        case .group(let values): .object(members(of: values))
        }
    }
}

extension JSONValue {
    /// Whether everything in `node` stands here too, with the same value.
    fileprivate func covers(_ node: DocumentNode) -> Bool {
        switch (self, node.content) {
        case (.string(let own), .scalar(let text, isPlain: false)): own == text
        case (.integer(let own), .scalar(let text, isPlain: true)): "\(own)" == text
        case (.boolean(let own), .scalar(let text, isPlain: true)): "\(own)" == text
        case (.array(let own), .sequence(let items)):
            own.count == items.count && zip(own, items).allSatisfy { $0.covers($1) }
        case (.object, .mapping(let entries)):
            entries.allSatisfy { entry in self[entry.key]?.covers(entry.value) ?? false }
        default: false
        }
    }
}
