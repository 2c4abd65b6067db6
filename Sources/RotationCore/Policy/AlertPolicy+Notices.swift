/// What was unusual about a client, as alerts.
extension AlertPolicy {
    /// How long after it was seen last a notice is an alert; nobody looks once a rotation is over.
    public static let noticeLife = Span.hours(24)

    /// How many of a client's notices of one kind are told in full.
    private static let told = 3

    private struct Group: Hashable {
        let client: ClientName
        let kind: Notice.Kind
        /// Of stragglers, which rotation revoked what they present.
        let rotation: RotationID?

        init(_ notice: Notice) {
            (client, kind) = (notice.client, notice.kind)
            rotation = notice.kind == .straggler ? notice.rotation : nil
        }

        var order: (String, String, String) {
            (client.rawValue, kind.rawValue, rotation?.rawValue ?? "")
        }
    }

    /// One alert for each client and kind: whoever comes from a thousand addresses sends people one
    /// message, with how many there are.
    func ofNotices(_ facts: AlertFacts, at now: Instant) -> [Alert] {
        let watched = Dictionary(facts.watched.map { ($0.id, $0) }) { first, _ in first }
        // How long a straggler of a rotation under way is one is for its plan to say.
        let fresh = facts.notices.filter {
            watched[$0.rotation] != nil && $0.kind == .straggler
                || !DeliveryRule.isApart(now, from: $0.lastAt, by: Self.noticeLife)
        }
        return Dictionary(grouping: fresh, by: Group.init)
            .sorted { one, other in one.key.order < other.key.order }
            .compactMap { group, notices in
                alert(of: group, notices, watchedBy: group.rotation.flatMap { watched[$0] })
            }
    }

    private func alert(of group: Group, _ notices: [Notice], watchedBy rotation: Rotation?)
        -> Alert?
    {
        let latestFirst = notices.sorted { ($1.lastAt, $0.subject) < ($0.lastAt, $1.subject) }
        guard let latest = latestFirst.first else { return nil }
        let named = latestFirst.prefix(Self.told).map(\.told)
        let more = notices.count > named.count ? "; and \(notices.count - named.count) more" : ""
        let name = group.client.rawValue
        let isDisabledOnly = rotation?.isOldDisabledOnly ?? false
        let title =
            isDisabledOnly ? "the old secret is disabled and is still in use" : group.kind.title
        // A straggler is an alert about its rotation, whatever else that waits for.
        var alert = Alert(
            group.kind.alertKind, about: group.rotation?.rawValue ?? name,
            client: group.client, rotation: group.rotation,
            code: group.kind.rawValue, title: "\(safeText(name)): \(title)",
            detail: named.joined(separator: "; ") + more,
            standing: rotation.map(wording.standing) ?? group.kind.standing,
            next: (["holdover explain \(name)"] + (rotation.map(wording.commands) ?? []))
                .joined(separator: "; "),
            since: notices.map(\.firstAt).min() ?? latest.firstAt)
        // A second address may be another matter than the first.
        if group.kind == .newAddress { alert.latestAt = notices.map(\.firstAt).max() }
        return alert
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
