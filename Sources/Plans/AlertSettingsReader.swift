public import RotationCore

/// Reads `alerts.yaml` as strictly as plans are read.
public struct AlertSettingsReader: Sendable {
    private let grammar: AlertGrammar

    /// A reader that knows these channels.
    public init(channels: [AdapterDescriptor]) { grammar = AlertGrammar(channels) }

    /// The settings in the file at `path`, which nobody else may write: it runs commands and reads
    /// secrets.
    public func load(_ path: String) throws(PlanErrors) -> AlertSettings {
        guard let file = try PlanDirectory(path).files().first else {
            throw PlanErrors([PlanProblem(file: path, code: "unreadable", message: "is no file")])
        }
        let trusted = try TrustedFile(file)
        try trusted.refuseGroup("a group may write who is told, which runs commands")
        return try read(bytes: trusted.bytes, file: path)
    }

    /// The settings in the UTF-8 `bytes`, which problems call `file`; or everything wrong with it.
    public func read(bytes: [UInt8], file: String) throws(PlanErrors) -> AlertSettings {
        let reader = DocumentReader(bytes, file: file)
        guard let root = reader.read() else { throw PlanErrors(reader.problems) }
        var checker = Checker(file: file)
        if root.entries == nil {
            checker.fail(
                root.mark, "wrong-type", "settings are a mapping, not \(root.kind)",
                "begin with `channels:`")
        } else if root["client"] != nil || root["clients"] != nil {
            checker.fail(
                root.mark, "reserved-name",
                "\(PlanDirectory.alertSettings) says who is told, and can hold no plan",
                "give the plan's file another name")
        } else {
            checker.check(root, as: .group(grammar.fields), at: "")
        }
        let targets = PlanBuilder(root).targets("channels") ?? []
        checkNames(of: targets, root, &checker)
        let problems = reader.problems + checker.problems
        guard problems.isEmpty else { throw PlanErrors(problems) }
        return settings(root, targets)
    }

    private func checkNames(
        of targets: [TargetSettings], _ root: DocumentNode, _ checker: inout Checker
    ) {
        var seen = Set<String>()
        for (index, target) in targets.enumerated() where !seen.insert(target.name).inserted {
            checker.fail(
                root["channels"]?.items?[index].mark ?? root.mark, "same-name",
                "channels[\(index + 1)]: there is a channel \(target.name.shown) already",
                "give it a name of its own")
        }
    }

    private func settings(_ root: DocumentNode, _ targets: [TargetSettings]) -> AlertSettings {
        var rules = AlertRules()
        if let after = root["after"]?.text.flatMap({ Span($0) }) { rules.after = after }
        if let span = root["repeat"]?.text.flatMap({ Span($0) }) { rules.repeatEvery = span }
        if let runs = root["runs"]?.text.flatMap({ Int($0) }) { rules.runs = runs }
        let ping = root["ping"].flatMap { node in
            node["url"]?.text.map {
                PingSettings(
                    url: $0, failURL: node["fail_url"]?.text, caFile: node["ca_file"]?.text)
            }
        }
        let channels = targets.map { target in
            var severity: AlertSeverity?
            if case .text(let word)? = target.values["min_severity"] {
                severity = AlertSeverity(rawValue: word)
            }
            return ChannelSettings(target, minSeverity: severity ?? .info)
        }
        return AlertSettings(rules: rules, ping: ping, channels: channels)
    }
}
