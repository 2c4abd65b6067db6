import RotationCore

/// A message as JSON and as text: what the channels have in common.
struct AlertBody: Sendable {
    let message: AlertMessage

    /// What it is called in front of the title: `CRITICAL`, `OVER`.
    private var word: String {
        switch message.event {
        case .firing: message.alert.severity.rawValue.uppercased()
        case .repeated: "STILL \(message.alert.severity.rawValue.uppercased())"
        case .resolved: "OVER"
        }
    }

    /// One line: `[WARNING] billing-api: the rotation is held`.
    var headline: String { "[\(word)] \(safeText(message.alert.title, limit: 300))" }

    /// What, since when, where it stands and what to type next, a line each.
    var lines: [(name: String, value: String)] {
        let alert = message.alert
        let since = (name: "since", value: alert.since.rfc3339)
        let what = (name: "what", value: "\(alert.detail) [\(alert.code)]")
        // What was to be typed need not be any more.
        let rest =
            message.event == .resolved
            ? [(name: "over", value: message.at.rfc3339)]
            : [(name: "state", value: alert.standing), (name: "next", value: alert.next)]
        return ([what, since] + rest)
            .map { (name: $0.name, value: safeText($0.value, limit: 1_000)) }
    }

    /// The JSON that webhooks and programs get; its schema is on the page about alerts.
    var json: [UInt8] {
        let alert = message.alert
        let texts: [(name: String, value: String?)] = [
            ("event", message.event.rawValue), ("kind", alert.kind.rawValue),
            ("severity", alert.severity.rawValue), ("subject", alert.subject),
            ("client", alert.client?.rawValue), ("rotation", alert.rotation?.rawValue),
            ("code", alert.code), ("title", alert.title), ("detail", alert.detail),
            ("standing", alert.standing), ("next", alert.next), ("since", alert.since.rfc3339),
        ]
        let data = texts.compactMap { name, value in
            value.map { (name: name, value: JSONDocument.literal($0)) }
        }
        let whole = JSONDocument.object([
            ("id", JSONDocument.literal(message.id)),
            ("type", JSONDocument.literal("holdover.alert.\(message.event.rawValue)")),
            ("timestamp", JSONDocument.literal(message.at.rfc3339Milliseconds)),
            ("data", JSONDocument.object(data)),
        ])
        return Array(safeJSON(String(decoding: whole, as: UTF8.self)).utf8)
    }
}
