import Adapters
import Plans
import RotationCore

extension FuzzTarget {
    /// The settings of alerts: refused with words that can be shown, or channels that can be told
    /// apart and rules that let something be said.
    static let alerts = FuzzTarget("alerts") { bytes in
        let settings: AlertSettings
        do throws(PlanErrors) {
            settings = try AlertSettingsReader(channels: AdapterRegistry.channels)
                .read(bytes: bytes, file: "alerts.yaml")
        } catch {
            if error.problems.isEmpty { return "settings are refused for no reason" }
            return error.problems.lazy.compactMap { unseen($0.description) }.first
        }
        let names = settings.channels.map(\.target.name)
        guard Set(names).count == names.count, !names.contains("") else {
            return "channels can't be told apart: \(names)"
        }
        let types = Set(AdapterRegistry.channels.map(\.type))
        guard settings.channels.allSatisfy({ types.contains($0.target.type) }) else {
            return "a channel of no type that there is"
        }
        let rules = settings.rules
        guard rules.runs >= 1, rules.after > .zero, rules.repeatEvery > .zero else {
            return "rules that say nothing, or everything: \(rules)"
        }
        let known = AlertSeverity.allCases.map { SettingValue.text($0.rawValue) }
        for case let severity? in settings.channels.map({ $0.target.values["min_severity"] })
        where !known.contains(severity) {
            return "a severity that nobody knows is taken: \(severity)"
        }
        return names.lazy.compactMap(unseen).first
    }
}
