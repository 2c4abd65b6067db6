import Foundation
import RotationCore
import Testing

@Suite struct SpanTests {
    @Test(
        arguments: [
            ("0s", 0), ("250ms", 250), ("90s", 90_000), ("15m", 900_000), ("4h", 14_400_000),
            ("30d", 2_592_000_000), ("007s", 7_000), ("106751991167d", 9_223_372_036_828_800_000),
        ] as [(String, Int64)])
    func `a number and a unit are read`(text: String, milliseconds: Int64) {
        #expect(Span(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5h", "1h30m", "5S", "5w", "5sec", "٥s",
        "5s\n", "106751991168d", "9223372036854775808ms", "0x5s",
    ])
    func `anything else is not`(text: String) {
        #expect(Span(text) == nil)
    }

    @Test(
        arguments: [
            (0, "0s"), (1, "1ms"), (999, "999ms"), (1_000, "1s"), (90_000, "90s"),
            (3_600_000, "1h"),
            (129_600_000, "36h"), (172_800_000, "2d"), (-5_000, "-5s"), (-1, "-1ms"),
        ] as [(Int64, String)])
    func `the largest unit that divides is printed`(milliseconds: Int64, text: String) {
        #expect(Span(milliseconds: milliseconds).description == text)
    }

    @Test func `what is printed is read back`() {
        let factors: [Int64] = [1, 7, 1_000, 60_000, 90_000, 3_600_000, 86_400_000, 604_800_000]
        for factor in factors {
            for count in [Int64(0), 1, 2, 59, 60, 1_001, 99_999] {
                let span = Span(milliseconds: factor * count)
                #expect(Span(span.description) == span)
            }
        }
        #expect(Span(Span(milliseconds: .max).description) == Span(milliseconds: .max))
    }

    @Test func `spans are ordered and made of each other`() {
        #expect(Span.seconds(60) == .minutes(1))
        #expect(Span.minutes(60) == .hours(1))
        #expect(Span.zero < Span(milliseconds: 1))
        #expect(Span.seconds(-1) < .zero)
    }

    @Test func `spans and instants are bare numbers in JSON`() throws {
        let spans = [Span.seconds(3), .zero]
        let encoded = try JSONEncoder().encode(spans)
        #expect(String(decoding: encoded, as: UTF8.self) == "[3000,0]")
        #expect(try JSONDecoder().decode([Span].self, from: encoded) == spans)
        let moment = [Instant(milliseconds: 1_700_000_000_001)]
        let text = try JSONEncoder().encode(moment)
        #expect(String(decoding: text, as: UTF8.self) == "[1700000000001]")
        #expect(try JSONDecoder().decode([Instant].self, from: text) == moment)
    }
}
