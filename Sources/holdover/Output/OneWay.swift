import Adapters
import RotationCore

/// What people are told of servers that never give their newest secret up.
enum OneWay {
    /// What it means for a rotation.
    static let words =
        "this server can't withdraw its newest secret: once one is made, a rollback ends held, "
        + "with both accepted"

    /// The same, for `check` and `start --dry-run`.
    static let finding = Finding(.warning, code: "no-withdrawal", message: words)

    /// Whether the server of a plan is one of them.
    static func holds(for plan: Plan) -> Bool {
        let server = AdapterRegistry.descriptors.servers.first { $0.type == plan.server.type }
        return server?.capabilities?.canWithdraw == false
    }
}
