import RotationCore

/// What one kind of authorization server can do, for a table, a page and `--json`.
struct ServerView: Encodable {
    let type: String
    let summary: String
    let capabilities: ServerCapabilities?

    init(_ server: AdapterDescriptor) {
        type = server.type
        summary = server.summary
        capabilities = server.capabilities
    }

    static let header = [
        "TYPE", "SECRETS", "MADE BY", "TOLD BY", "DISABLE", "WITHDRAW", "ENDS", "TELLS USE",
        "TELLS WHO", "SPREADS IN",
    ]

    /// In the order of ``header``.
    var cells: [String] {
        guard let capabilities else {
            return [type] + Self.header.dropFirst().map { _ in "plan" }
        }
        return [
            type, capabilities.secretsInWords,
            capabilities.origin == .client ? "holdover" : "server",
            capabilities.recognition.rawValue, capabilities.canDisable ? "yes" : "no",
            capabilities.canWithdraw ? "yes" : "no", capabilities.expiry.rawValue,
            capabilities.telemetry.rawValue, capabilities.events.rawValue,
            "\(capabilities.propagation)",
        ]
    }
}

extension ServerCapabilities {
    /// `2 of a list`, `2 slots`, `1, pre-stage`, `1, no overlap`.
    fileprivate var secretsInWords: String {
        switch shape {
        case .list: limit == .max ? "a list" : "\(limit) of a list"
        case .twoSlots: "\(limit) slots"
        case .single: permits(.preStage) ? "1, pre-stage" : "1, no overlap"
        case .pair: "1 for each of 2 clients"
        }
    }
}
