/// What was unusual about a client, as alerts.
extension AlertPolicy {
    /// How long after it was seen last a notice is an alert; nobody looks once a rotation is over.
    public static let noticeLife = Span.hours(24)

    /// How many of a client's notices of one kind are told in full.
    private static let told = 3

    private struct Group: Hashable {
        let client: ClientName
        let kind: Notice.Kind
    }

    /// One alert for each client and kind: whoever comes from a thousand addresses sends people one
    /// message, with how many there are.
    func ofNotices(_ facts: AlertFacts, at now: Instant) -> [Alert] {
        let fresh = facts.notices.filter {
            !DeliveryRule.isApart(now, from: $0.lastAt, by: Self.noticeLife)
        }
        let groups = Dictionary(grouping: fresh) { Group(client: $0.client, kind: $0.kind) }
        return groups.sorted { one, other in
            (one.key.client.rawValue, one.key.kind.rawValue)
                < (other.key.client.rawValue, other.key.kind.rawValue)
        }.compactMap { group, notices in alert(of: group, notices) }
    }

    private func alert(of group: Group, _ notices: [Notice]) -> Alert? {
        let latestFirst = notices.sorted { ($1.lastAt, $0.subject) < ($0.lastAt, $1.subject) }
        guard let latest = latestFirst.first else { return nil }
        let named = latestFirst.prefix(Self.told).map(\.told)
        let more = notices.count > named.count ? "; and \(notices.count - named.count) more" : ""
        let name = group.client.rawValue
        // As long as its rotation went on a straggler was an alert about that.
        let isStraggler = group.kind == .straggler
        return Alert(
            group.kind.alertKind, about: isStraggler ? latest.rotation.rawValue : name,
            client: group.client, rotation: isStraggler ? latest.rotation : nil,
            code: group.kind.rawValue, title: "\(safeText(name)): \(group.kind.title)",
            detail: named.joined(separator: "; ") + more, standing: group.kind.standing,
            next: "holdover explain \(name)",
            since: notices.map(\.firstAt).min() ?? latest.firstAt)
    }
}

extension Notice {
    /// The sentence about it, and how often; so short that three of them fit.
    fileprivate var told: String {
        let times = count == 1 ? "once" : "\(count) times"
        return "\(safeText(words, limit: 240)), \(times)"
    }
}

extension Notice.Kind {
    fileprivate var alertKind: AlertKind {
        switch self {
        case .straggler: .oldSecretInUse
        case .failureBurst: .failureBurst
        case .tokenStorm: .tokenStorm
        case .newAddress: .newAddress
        }
    }

    fileprivate var title: String {
        switch self {
        case .straggler: "the old secret was revoked and is still in use"
        case .failureBurst: "somebody is refused again and again"
        case .tokenStorm: "tokens are fetched far more often than they last"
        case .newAddress: "tokens are fetched from a new address"
        }
    }

    fileprivate var standing: String {
        switch self {
        case .straggler: "the rotation is over; whoever still presents the old secret is refused"
        case .failureBurst: "whoever it is gets no token; no rotation waits for that"
        case .tokenStorm: "everybody gets tokens; the server may begin to limit them"
        case .newAddress: "whoever it is has a secret that is accepted; no rotation waits for that"
        }
    }
}
