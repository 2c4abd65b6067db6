/// An alert from the run that first saw it to the run that didn't any more.
public struct AlertEpisode: Sendable, Hashable {
    /// How far it is.
    public enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Seen, and not in enough runs yet.
        case pending
        /// People are told.
        case firing
        /// Over.
        case resolved
    }

    /// The journal's number; 0 before it has one.
    public var number: Int64
    /// As it was last seen.
    public var alert: Alert
    /// How far it is.
    public var state: State
    /// In how many runs in a row it was seen, up to the one that made it fire.
    public var runs: Int
    /// When people began to be told; nil where they weren't.
    public var firedAt: Instant?
    /// When it was over.
    public var resolvedAt: Instant?

    /// An episode.
    public init(
        number: Int64 = 0, alert: Alert, state: State, runs: Int, firedAt: Instant? = nil,
        resolvedAt: Instant? = nil
    ) {
        self.number = number
        self.alert = alert
        self.state = state
        self.runs = runs
        self.firedAt = firedAt
        self.resolvedAt = resolvedAt
    }
}

/// What a run saw of everything that can be the matter.
public struct AlertSighting: Sendable, Hashable {
    /// What is the matter.
    public var alerts: [Alert]
    /// Of which kinds nothing is known, since the run was cut off before it looked: what was so
    /// before is taken to be so still.
    public var unseen: Set<AlertKind>
    /// Rotations under way that the run didn't look at: what is known of them is as old as the last
    /// look.
    public var undriven: Set<RotationID>
    /// Rotations that wait for what often passes, which hides whatever else is the matter with
    /// them; and since when each is in its phase.
    public var obscured: [RotationID: Instant]

    /// A sighting.
    public init(
        _ alerts: [Alert], unseen: Set<AlertKind> = [], undriven: Set<RotationID> = [],
        obscured: [RotationID: Instant] = [:]
    ) {
        self.alerts = alerts
        self.unseen = unseen
        self.undriven = undriven
        self.obscured = obscured
    }
}

extension AlertSighting {
    /// Whether an alert that wasn't seen may be so still.
    fileprivate func leavesOpen(_ episode: AlertEpisode) -> Bool {
        if unseen.contains(episode.alert.kind) { return true }
        guard let rotation = episode.alert.rotation else { return false }
        if episode.alert.kind == .runFailed { return undriven.contains(rotation) }
        // What fired in an earlier phase was over when the rotation came on.
        guard let phaseSince = obscured[rotation], let firedAt = episode.firedAt else {
            return false
        }
        return firedAt >= phaseSince && episode.alert.isFoundByLooking
    }

    /// Whether the run looked anew at what an alert is about.
    fileprivate func hasLooked(at alert: Alert) -> Bool {
        alert.rotation.map { !undriven.contains($0) } ?? true
    }
}

/// One alert for one lasting trouble, however many runs see it.
public enum AlertLedger {
    /// What names an alert.
    struct Key: Hashable {
        let kind: AlertKind
        let subject: String

        init(_ alert: Alert) { (kind, subject) = (alert.kind, alert.subject) }
    }

    /// What a run's sighting makes of the `open` episodes, and what it begins; those that changed.
    ///
    /// A pending one that was not seen again comes back as resolved without ever having fired.
    public static func settle(
        _ open: [AlertEpisode], seeing sighting: AlertSighting, by rules: AlertRules,
        at now: Instant
    ) -> [AlertEpisode] {
        var seen = Dictionary(
            sighting.alerts.map { (Key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var changed: [AlertEpisode] = []
        for episode in open {
            var next = episode
            if let alert = seen.removeValue(forKey: Key(episode.alert)) {
                // The beginning is the one thing about it that doesn't change.
                let since = min(alert.since, episode.alert.since)
                next.alert = alert
                next.alert.since = since
                next.alert.grownAt =
                    alert.hasGrown(since: episode.alert) ? now : episode.alert.grownAt
                if next.state == .pending, sighting.hasLooked(at: alert) {
                    next.count(by: rules, at: now)
                }
            } else if !sighting.leavesOpen(episode) {
                next.state = .resolved
                next.resolvedAt = now
            }
            if next != episode { changed.append(next) }
        }
        // In the order in which they were found.
        for alert in sighting.alerts where seen.removeValue(forKey: Key(alert)) != nil {
            var episode = AlertEpisode(alert: alert, state: .pending, runs: 0)
            episode.count(by: rules, at: now)
            changed.append(episode)
        }
        return changed
    }
}

extension Alert {
    /// Whether a look at servers, stores or consumers tells of it, so that nobody knows while one
    /// of them is away.
    fileprivate var isFoundByLooking: Bool {
        switch kind {
        case .oldSecretInUse, .oldSecretNeeded, .rotationWaiting, .approvalNeeded, .adminRefused,
            .targetAway, .diskNearlyFull:
            true
        // One that is held is seen to be so without a look.
        case .rotationHeld:
            [Reason.planChanged, .planMissing].map(\.rawValue).contains(code)
        case .heldByOperator, .clientOverdue, .failureBurst, .tokenStorm, .newAddress, .planWrong,
            .journalFrozen, .runFailed, .test:
            false
        }
    }

    /// Whether it tells of another one, since it was as `before`.
    fileprivate func hasGrown(since before: Alert) -> Bool {
        guard let latestAt else { return false }
        return before.latestAt.map { $0 < latestAt } ?? false
    }
}

extension AlertEpisode {
    /// One more run has seen it.
    fileprivate mutating func count(by rules: AlertRules, at now: Instant) {
        runs += 1
        guard runs >= (alert.kind.oftenPasses ? rules.runs : 1) else { return }
        state = .firing
        firedAt = now
    }
}
