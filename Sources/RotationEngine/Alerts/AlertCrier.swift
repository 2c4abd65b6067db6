public import RotationCore

/// Tells of what keeps the journal from being used, and so can't be kept there.
public struct AlertCrier: Sendable {
    /// What came of it.
    public struct Outcome: Sendable {
        /// What is to be remembered.
        public var words: [AlertSlate.Word]
        /// Channels that weren't reached, and why.
        public var failures: [(channel: String, error: AdapterError)] = []
        /// What is to be known of messages that were taken.
        public var warnings: [(channel: String, warning: Finding)] = []
    }

    private let settings: AlertSettings
    private let factory: any AlertChannelFactory
    private let now: @Sendable () -> Instant
    private let limits: AlertDispatch.Limits

    /// A crier for the channels of `settings`.
    public init(
        _ settings: AlertSettings, through factory: any AlertChannelFactory,
        limits: AlertDispatch.Limits = .init(), now: @escaping @Sendable () -> Instant
    ) {
        self.settings = settings
        self.factory = factory
        self.limits = limits
        self.now = now
    }

    /// Says `alerts` once to each channel, and again where they last, given what was said `before`.
    public func cry(_ alerts: [Alert], after before: [AlertSlate.Word]) async -> Outcome {
        var words = before
        for alert in alerts {
            let place = words.firstIndex { $0.alert.isSame(as: alert) }
            if let place {
                let since = min(words[place].alert.since, alert.since)
                words[place].alert = alert
                words[place].alert.since = since
            } else {
                words.append(AlertSlate.Word(alert: alert, told: [:]))
            }
        }
        let moment = now()
        let due = settings.channels.map { channel in
            (channel, words.filter { isDue($0, in: alerts, to: channel, at: moment) })
        }.filter { !$0.1.isEmpty }
        var outcome = Outcome(words: words)
        await withTaskGroup(of: Told.self) { group in
            for (channel, words) in due {
                group.addTask { await tell(words, to: channel, at: moment) }
            }
            for await told in group {
                for alert in told.alerts {
                    let place = outcome.words.firstIndex { $0.alert.isSame(as: alert) }
                    if let place { outcome.words[place].told[told.channel] = moment }
                }
                if let error = told.error { outcome.failures.append((told.channel, error)) }
                outcome.warnings += told.warnings.map { (told.channel, $0) }
            }
        }
        return outcome
    }

    private func isDue(
        _ word: AlertSlate.Word, in alerts: [Alert], to channel: ChannelSettings,
        at moment: Instant
    ) -> Bool {
        guard alerts.contains(where: { $0.isSame(as: word.alert) }),
            word.alert.severity >= channel.minSeverity
        else { return false }
        guard let last = word.told[channel.target.name],
            !factory.isRefreshed(channel.target.type)
        else { return true }
        return DeliveryRule.isApart(moment, from: last, by: settings.rules.repeatEvery)
    }

    /// What came of one channel.
    private struct Told: Sendable {
        let channel: String
        var alerts: [Alert] = []
        var warnings: [Finding] = []
        var error: AdapterError?
    }

    private func tell(_ words: [AlertSlate.Word], to settings: ChannelSettings, at moment: Instant)
        async -> Told
    {
        let name = settings.target.name
        var told = Told(channel: name)
        do throws(AdapterError) {
            let channel = try await factory.channel(settings)
            for word in words {
                let alert = word.alert
                let last = word.told[name]
                // The same for each attempt at one message, and another for the next.
                let id = [alert.since, last].compactMap { $0.map { "\($0.milliseconds)" } }
                told.warnings += try await channel.send(
                    AlertMessage(
                        id: ([alert.kind.rawValue] + id).joined(separator: "-"),
                        event: last == nil ? .firing : .repeated, alert: alert, at: moment),
                    within: limits.each)
                told.alerts.append(alert)
            }
        } catch { told.error = error }
        return told
    }
}

extension Alert {
    /// Whether both are about one lasting trouble.
    fileprivate func isSame(as other: Alert) -> Bool {
        kind == other.kind && subject == other.subject
    }
}
