import RotationCore
import Testing

@Suite struct RetryRuleTests {
    let usual = RetryRule()

    @Test func `pauses double from the first to the cap`() {
        let pauses = (1...11).map { usual.pause(afterAttempt: $0, fraction: 0).description }
        #expect(
            pauses == [
                "1m", "2m", "4m", "8m", "16m", "32m", "64m", "128m", "256m", "6h", "6h",
            ])
    }

    @Test(arguments: [0.0, 0.1, 0.5, 0.999_999])
    func `jitter takes off at most half, whatever the attempt`(fraction: Double) {
        for attempt in 0...200 {
            let full = usual.pause(afterAttempt: attempt, fraction: 0)
            let pause = usual.pause(afterAttempt: attempt, fraction: fraction)
            #expect(pause <= full)
            #expect(pause.milliseconds >= full.milliseconds / 2)
            #expect(full >= usual.first && full <= usual.cap)
        }
    }

    @Test func `jitter spreads`() {
        #expect(usual.pause(afterAttempt: 1, fraction: 0.5) == .seconds(45))
        #expect(usual.pause(afterAttempt: 2, fraction: 0.5) == .seconds(90))
    }

    @Test func `a pause that would overflow is the cap`() {
        let longest = Span(milliseconds: .max)
        let rule = RetryRule(first: Span(milliseconds: .max / 2), cap: longest)
        #expect(rule.pause(afterAttempt: 1, fraction: 0) == rule.first)
        #expect(rule.pause(afterAttempt: 3, fraction: 0) == longest)
        #expect(rule.pause(afterAttempt: .max, fraction: 0.999) > Span(milliseconds: .max / 3))
    }

    @Test func `a lost creation is looked for again once it can't come through any more`() {
        #expect(usual.secondLook == .minutes(1))
        #expect(RetryRule(first: .seconds(2)).secondLook == .seconds(30))
        #expect(RetryRule(first: .seconds(2), settle: .seconds(5)).secondLook == .seconds(5))
        #expect(RetryRule(settle: .zero).secondLook == .minutes(1))
    }

    @Test func `a cap below the first pause holds`() {
        let rule = RetryRule(first: .hours(2), cap: .hours(1))
        #expect(rule.pause(afterAttempt: 1, fraction: 0) == .hours(1))
    }
}
