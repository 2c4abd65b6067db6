import Plans
import RotationCore
import RotationEngine

extension Problem {
    /// There is neither a plan nor a rotation for `name`; says which client may have been meant.
    init(unknownClient name: String, in journal: Journal) throws {
        let planned = try journal.clients().map(\.name.rawValue)
        let rotated = try journal.summaries(live: false).map(\.client.rawValue)
        let known = Set(planned + rotated).sorted()
        let isPlanned = planned.contains(name)
        let nearest = Nearest.match(for: name, among: known)
        let hint =
            if isPlanned { "holdover start \(name)" } else if let nearest {
                "did you mean \(nearest)?"
            } else if known.isEmpty { "holdover check shows which plans there are" } else {
                "clients: \(known.prefix(8).joined(separator: ", "))"
            }
        self.init(
            .usage, code: "no-rotation",
            isPlanned
                ? "client \(name) has a plan and no rotation yet"
                : "there is no client or rotation \(name)",
            state: "nothing was touched", hint: hint)
    }
}
