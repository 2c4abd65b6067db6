extension RetryRule {
    /// The pause after the `attempt`-th failure in a row (from 1): doubling, capped, with jitter.
    ///
    /// `fraction` (0 up to 1) takes off up to half, so that a fleet that failed at once doesn't
    /// return at once.
    public func pause(afterAttempt attempt: Int, fraction: Double) -> Span {
        let doublings = min(max(attempt - 1, 0), 32)
        let doubled = first.milliseconds.multipliedReportingOverflow(by: Int64(1) << doublings)
        let full = doubled.overflow ? cap.milliseconds : min(doubled.partialValue, cap.milliseconds)
        return Span(milliseconds: full - Int64(Double(full) / 2 * fraction))
    }
}

extension RetryRule {
    /// How long after a first look for a lost creation a second one can be believed.
    public var secondLook: Span { max(first, settle ?? .seconds(30)) }
}

extension Schedule {
    /// When the next rotation is due after one that ended (or a client first seen) at `moment`.
    ///
    /// A stored instant: computed once, so that jitter doesn't move it at every look.
    public func due(after moment: Instant, fraction: Double) -> Instant {
        let jittered = Int64(Double(jitter.milliseconds) * fraction)
        let earliest = moment + every + Span(milliseconds: jittered)
        guard let window else { return earliest }
        let opening = window.opening(atOrAfter: earliest)
        if opening == earliest { return earliest }
        // A fleet whose time comes while the window is shut would else begin in its first minute.
        let room = min(jitter.milliseconds, window.length.milliseconds)
        return opening + Span(milliseconds: Int64(Double(room) * fraction))
    }
}

extension Schedule {
    /// Whether a rotation that is due may begin at `moment`.
    ///
    /// One whose window went by while nothing ran waits for the next one.
    public func isOpen(at moment: Instant) -> Bool {
        window.map { $0.opening(atOrAfter: moment) == moment } ?? true
    }
}

extension DailyWindow {
    /// How long it is open; a day where it never shuts.
    var length: Span {
        let minutes = (Int64(to) - Int64(from) + 1_440) % 1_440
        return .minutes(minutes == 0 ? 1_440 : minutes)
    }

    /// `moment` if it lies in the window, else the window's next opening.
    public func opening(atOrAfter moment: Instant) -> Instant {
        let day: Int64 = 86_400_000
        let intoDay = ((moment.milliseconds % day) + day) % day
        let start = Int64(from) * 60_000
        let end = Int64(to) * 60_000
        let isInside =
            start <= end ? (start..<end).contains(intoDay) : intoDay >= start || intoDay < end
        if isInside { return moment }
        let wait = start >= intoDay ? start - intoDay : start + day - intoDay
        return Instant(milliseconds: moment.milliseconds + wait)
    }
}
