/// Who presented a client's secrets, as far as the server tells.
public struct Presenter: Sendable, Hashable {
    /// The address.
    public let address: String?
    /// The `User-Agent`.
    public let userAgent: String?
    /// What the server calls the application.
    public let application: String?

    /// Who made a request.
    public init(_ presentation: Presentation) {
        address = presentation.address
        userAgent = presentation.userAgent
        application = presentation.application
    }

    /// The address, fit to be kept and shown.
    public var safeAddress: String? { address.map { safeText($0, limit: 60) } }

    /// The same in words that may be printed; a name that anybody can choose is cut short.
    public var words: String {
        let parts = [
            safeAddress,
            userAgent.map { "user agent \(safeText($0, limit: 120))" },
            application.map { "application \(safeText($0, limit: 60))" },
        ]
        let known = parts.compactMap { $0 }
        return known.isEmpty
            ? "somebody of whom the server tells nothing"
            : known.joined(separator: ", ")
    }
}

/// How often somebody presented a secret, and when.
public struct PresenterTally: Sendable, Hashable {
    /// Who.
    public let presenter: Presenter
    /// How many times the server tells of.
    public let count: Int
    /// The first time.
    public let firstAt: Instant
    /// The last time.
    public let lastAt: Instant
    /// How many of them came within the space of time that was asked for, at most.
    public let most: Int
}

extension [Presentation] {
    /// How many presenters are told apart: whoever makes up names fills no journal with them.
    public static let presenterLimit = 20

    /// How many more of those that are preferred.
    public static let preferredLimit = 200

    /// By presenter, the latest first.
    ///
    /// `span` is the space of time that ``PresenterTally/most`` is counted in. Only what is wanted
    /// counts for the limits, and what is preferred has one of its own: nobody else pushes it out.
    public func tallies(
        within span: Span = .hours(1),
        preferring isPreferred: (PresenterTally) -> Bool = { _ in false },
        where isWanted: (PresenterTally) -> Bool = { _ in true }
    ) -> [PresenterTally] {
        let all = Dictionary(grouping: self, by: Presenter.init).compactMap { who, events in
            PresenterTally(who, events.map(\.at).sorted(), span)
        }
        let latestFirst = all.filter(isWanted).sorted { one, other in
            one.lastAt == other.lastAt
                ? one.presenter.words < other.presenter.words : one.lastAt > other.lastAt
        }
        var (preferred, others) = (0, 0)
        return latestFirst.filter { tally in
            if isPreferred(tally) {
                preferred += 1
                return preferred <= Self.preferredLimit
            }
            others += 1
            return others <= Self.presenterLimit
        }
    }

    /// Those that were refused.
    public var refused: [Presentation] { filter { $0.outcome != .accepted } }
    /// Those that were accepted.
    public var accepted: [Presentation] { filter { $0.outcome == .accepted } }
}

extension PresenterTally {
    /// `moments` are sorted; nil where there are none.
    init?(_ presenter: Presenter, _ moments: [Instant], _ span: Span) {
        guard let first = moments.first, let last = moments.last else { return nil }
        var (most, start) = (0, 0)
        for (index, moment) in moments.enumerated() {
            while moment.since(moments[start]) > span { start += 1 }
            most = Swift.max(most, index - start + 1)
        }
        self.init(
            presenter: presenter, count: moments.count, firstAt: first, lastAt: last, most: most)
    }
}
