/// The part of Okta's filter language that is practised: groups in brackets joined by `and`, each
/// of `attribute eq "value"` joined by `or`.
///
/// Whatever else is asked is refused, so that no filter is taken for one that lets all pass.
struct OktaLogFilter: Sendable {
    private let groups: [[(attribute: String, value: String)]]

    /// nil for a filter that isn't practised.
    init?(_ text: String) {
        var groups: [[(attribute: String, value: String)]] = []
        for group in text.split(separator: " and ", omittingEmptySubsequences: false) {
            guard group.hasPrefix("("), group.hasSuffix(")") else { return nil }
            var terms: [(attribute: String, value: String)] = []
            for term in group.dropFirst().dropLast().split(separator: " or ") {
                let parts = term.split(separator: " ", maxSplits: 2)
                guard parts.count == 3, parts[1] == "eq", parts[2].hasPrefix("\""),
                    parts[2].hasSuffix("\""), parts[2].count >= 2,
                    Self.known.contains(String(parts[0]))
                else { return nil }
                terms.append((String(parts[0]), String(parts[2].dropFirst().dropLast())))
            }
            guard !terms.isEmpty else { return nil }
            groups.append(terms)
        }
        self.groups = groups
    }

    private static let known: Set = [
        "eventType", "actor.id", "client.id", "target.id", "outcome.result",
    ]

    func covers(_ event: OktaLogEvent) -> Bool {
        groups.allSatisfy { terms in
            terms.contains { term in
                switch term.attribute {
                case "eventType": event.eventType == term.value
                case "actor.id": event.actor.id == term.value
                case "client.id": event.client.id == term.value
                case "outcome.result": event.outcome.result == term.value
                default: false
                }
            }
        }
    }
}
