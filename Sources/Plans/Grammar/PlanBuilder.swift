import RotationCore

/// Makes a plan out of a document that fits the grammar; nil out of one that doesn't.
struct PlanBuilder {
    private let node: DocumentNode

    init(_ node: DocumentNode) { self.node = node }

    /// The plan.
    func plan() -> Plan? {
        guard let client = node["client"]?.text, let clientID = node["client_id"]?.text,
            let server = target(node["server"]), let stores = targets("stores"),
            let reload = targets("reload", standard: "exec"), let consumers = consumers()
        else { return nil }
        var plan = Plan(
            client: ClientName(rawValue: client), clientID: ClientID(rawValue: clientID),
            server: server, stores: stores, reload: reload, consumers: consumers,
            soak: span(node["soak"]))
        if let overlap = span(node["overlap"]) { plan.overlap = overlap }
        if let watch = span(node["watch"]) { plan.watch = watch }
        plan.probe = probe()
        plan.retry = retry()
        plan.schedule = schedule()
        plan.needsApproval = node["approval"]?.text == "required"
        plan.isExclusive = node["exclusive"]?.text == "true"
        plan.strategy = strategy()
        plan.keepDisabled = span(node["keep_disabled"])
        plan.scopes = node["scopes"]?.items?.compactMap(\.text)
        return plan
    }

    private func strategy() -> Strategy {
        if node["strategy"]?.text == "blue-green", let green = node["green_client_id"]?.text {
            return .blueGreen(green: ClientID(rawValue: green))
        }
        if node["strategy"]?.text == "pre-stage" { return .preStage }
        return node["allow_outage"]?.text == "true" ? .outage : .overlap
    }

    private func span(_ node: DocumentNode?) -> Span? { node?.text.flatMap(Span.init) }

    private func probe() -> ProbeRule {
        var rule = ProbeRule()
        let group = node["probe"]
        if let successes = group?["successes"]?.text.flatMap({ Int($0) }) {
            rule.successes = successes
        }
        if let window = span(group?["window"]) { rule.window = window }
        rule.patience = span(group?["patience"])
        return rule
    }

    private func retry() -> RetryRule {
        var rule = RetryRule()
        if let first = span(node["retry"]?["first"]) { rule.first = first }
        if let cap = span(node["retry"]?["cap"]) { rule.cap = cap }
        rule.settle = span(node["retry"]?["settle"])
        return rule
    }

    private func schedule() -> Schedule? {
        guard let group = node["schedule"], let every = span(group["every"]) else { return nil }
        let window = group["at"]?.text.flatMap(Spelling.window).map {
            DailyWindow(from: $0.from, to: $0.to)
        }
        return Schedule(every: every, window: window, jitter: span(group["jitter"]) ?? .zero)
    }

    private func consumers() -> [ConsumerSettings]? {
        guard let list = node["consumers"] else { return [] }
        let consumers = list.items?.compactMap { item -> ConsumerSettings? in
            guard let name = item["name"]?.text else { return nil }
            guard let node = item["report"] else {
                return ConsumerSettings(name: name, report: nil)
            }
            return target(node).map { ConsumerSettings(name: name, report: $0) }
        }
        return consumers?.count == list.items?.count ? consumers : nil
    }

    /// A target without a name is called by its type; the second of a type, `type-2`.
    func targets(_ key: String, standard: String? = nil) -> [TargetSettings]? {
        guard let list = node[key] else { return [] }
        var counts: [String: Int] = [:]
        var targets: [TargetSettings] = []
        for item in list.items ?? [] {
            guard var target = target(item, standard: standard) else { return nil }
            counts[target.type, default: 0] += 1
            if item["name"] == nil, let count = counts[target.type], count > 1 {
                target.name = "\(target.type)-\(count)"
            }
            targets.append(target)
        }
        return list.items == nil ? nil : targets
    }

    private func target(_ node: DocumentNode?, standard: String? = nil) -> TargetSettings? {
        guard let node, let entries = node.entries, let type = node["type"]?.text ?? standard else {
            return nil
        }
        var values: [String: SettingValue] = [:]
        for entry in entries where !PlanGrammar.targetKeys.contains(entry.key) {
            values[entry.key] = value(entry.value)
        }
        return TargetSettings(name: node["name"]?.text ?? type, type: type, values: values)
    }

    private func value(_ node: DocumentNode) -> SettingValue {
        switch node.content {
        case .scalar(let text, _): .text(text)
        case .sequence(let items): .list(items.map(value))
        case .mapping(let entries):
            .group(
                Dictionary(
                    entries.map { ($0.key, value($0.value)) },
                    uniquingKeysWith: { first, _ in first }))
        case .broken: .text("")
        }
    }
}
