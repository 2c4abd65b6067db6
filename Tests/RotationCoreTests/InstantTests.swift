import RotationCore
import Testing

@Suite struct InstantTests {
    let noon = Instant(milliseconds: 1_700_000_000_000)

    @Test func `adding a span and taking the difference undo each other`() {
        for span in [Span.zero, .seconds(1), .hours(-3), Span(milliseconds: 1)] {
            #expect((noon + span).since(noon) == span)
            #expect(noon.since(noon + span) == Span(milliseconds: -span.milliseconds))
        }
    }

    @Test func `what no clock can count ends at the last moment there is`() {
        let (first, last) = (Instant(milliseconds: .min), Instant(milliseconds: .max))
        #expect(last + .seconds(1) == last)
        #expect(first + .seconds(-1) == first)
        #expect(last.since(first) == Span(milliseconds: .max))
        #expect(first.since(last) == Span(milliseconds: .min))
        #expect(Span.seconds(.max) == Span(milliseconds: .max))
        #expect(Span.seconds(.min) == Span(milliseconds: .min))
    }

    @Test func `earlier is less`() {
        #expect(noon < noon + Span(milliseconds: 1))
        #expect(noon + .seconds(-1) < noon)
        #expect(!(noon < noon))
        #expect(max(noon, noon + .hours(1)) == noon + .hours(1))
    }
}
