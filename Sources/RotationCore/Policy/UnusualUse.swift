/// What in a client's token requests a person should look at.
///
/// Never a reason to stop a rotation: each has innocent causes too.
public struct UnusualUse: Sendable {
    /// One thing that was seen, and of whom.
    public struct Finding: Sendable, Hashable {
        /// What it is.
        public let kind: Notice.Kind
        /// Of whom, how often and when.
        public let tally: PresenterTally
    }

    /// How long a token is good; five minutes where the server doesn't say, which is less than with
    /// most.
    public var tokenLifetime: Span
    /// How many times as many tokens as are needed are too many.
    public var excess = 10
    /// How many within an hour are never too many: several instances may share an address, and each
    /// begins without a token.
    public var fewest = 30
    /// How many refusals within ``burstSpan`` are a burst.
    public var burst = 10
    /// The space of time of a burst.
    public var burstSpan = Span.minutes(5)

    /// Rules for tokens that are good for so long.
    public init(tokenLifetime: Span = .minutes(5)) { self.tokenLifetime = tokenLifetime }

    /// How many tokens within an hour are a storm.
    var storm: Int {
        let needed = Span.hours(1).milliseconds / max(1, tokenLifetime.milliseconds)
        return max(Int(max(1, needed)) * excess, fewest)
    }

    /// What is unusual about `events`, in which there is nothing of our own.
    ///
    /// `known` are the addresses that the client came from before, fit to be shown; where there are
    /// none yet, every address is new and none is worth a word.
    public func findings(in events: [Presentation], knowing known: Set<String>) -> [Finding] {
        let (accepted, refused) = (events.accepted, events.refused)
        let storms = accepted.tallies(where: { $0.most > storm })
        let bursts = refused.tallies(within: burstSpan, where: { $0.most >= burst })
        let strangers = accepted.tallies(where: { tally in
            tally.presenter.safeAddress.map { !known.contains($0) } ?? false
        })
        return storms.map { Finding(kind: .tokenStorm, tally: $0) }
            + bursts.map { Finding(kind: .failureBurst, tally: $0) }
            + (known.isEmpty ? [] : strangers.map { Finding(kind: .newAddress, tally: $0) })
    }
}
