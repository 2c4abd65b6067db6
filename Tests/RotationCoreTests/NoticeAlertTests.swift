import RotationCore
import Testing

/// Which notices are alerts, and how many.
@Suite struct NoticeAlertTests {
    private static let start = Instant(milliseconds: 1_700_000_000_000)
    private let policy = AlertPolicy(
        AlertRules(), wording: AlertWording(standing: { _ in "" }, commands: { _ in [] }))

    private func notice(
        _ kind: Notice.Kind, _ subject: String, client: String = "billing", at span: Span = .zero,
        first: Span = .zero, count: Int = 12
    ) -> Notice {
        Notice(
            client: ClientName(rawValue: client), rotation: RotationID(rawValue: "R1"), kind: kind,
            subject: subject, words: "seen: \(subject)", firstAt: Self.start + first,
            lastAt: Self.start + span, count: count)
    }

    private func found(_ notices: [Notice], after span: Span = .zero) -> [Alert] {
        policy.sighting(of: AlertFacts(notices: notices), at: Self.start + span).alerts
    }

    @Test(arguments: [
        (Notice.Kind.failureBurst, AlertKind.failureBurst, AlertSeverity.warning),
        (.newAddress, .newAddress, .warning), (.tokenStorm, .tokenStorm, .info),
    ])
    func `what is unusual about a client is an alert about it`(
        notice: Notice.Kind, kind: AlertKind, severity: AlertSeverity
    ) {
        let alerts = found([self.notice(notice, "10.9.9.9")])
        #expect(alerts.map(\.kind) == [kind] && alerts.map(\.severity) == [severity])
        #expect(alerts.map(\.subject) == ["billing"] && alerts.map(\.code) == [notice.rawValue])
        #expect(alerts.map(\.detail) == ["seen: 10.9.9.9, 12 times"])
        #expect(alerts.map(\.next) == ["holdover explain billing"])
        #expect(alerts.map(\.since) == [Self.start])
        #expect(alerts.allSatisfy { $0.client?.rawValue == "billing" && $0.rotation == nil })
    }

    @Test func `an address more is news, and one more who is refused isn't`() {
        for (kind, latest) in [
            (Notice.Kind.newAddress, Self.start + .minutes(7)), (.failureBurst, nil),
        ] {
            let alerts = found([
                notice(kind, "10.9.9.9"), notice(kind, "10.8.8.8", first: .minutes(7)),
            ])
            #expect(alerts.map(\.latestAt) == [latest])
        }
    }

    @Test func `it is over a day after it was seen last`() {
        let notices = [notice(.newAddress, "10.9.9.9", at: .hours(10))]
        #expect(found(notices, after: .hours(33)).count == 1)
        #expect(found(notices, after: .hours(34)).isEmpty)
    }

    @Test func `a server whose clock is years ahead keeps no alert for years`() {
        #expect(found([notice(.newAddress, "10.9.9.9", at: .hours(24))], after: .zero).isEmpty)
        #expect(found([notice(.newAddress, "10.9.9.9", at: .hours(23))], after: .zero).count == 1)
    }

    @Test func `a thousand addresses are one alert, which names the latest three`() throws {
        let crowd = (0..<1_000).map {
            notice(.failureBurst, "10.0.0.\($0)", at: Span(milliseconds: Int64($0)))
        }
        let alerts = found(
            crowd.shuffled() + [notice(.failureBurst, "10.8.8.8", client: "mail")]
                + [notice(.tokenStorm, "10.8.8.8")])
        #expect(alerts.map(\.subject) == ["billing", "billing", "mail"])
        let burst = try #require(alerts.first)
        #expect(
            burst.detail
                == "seen: 10.0.0.999, 12 times; seen: 10.0.0.998, 12 times; "
                + "seen: 10.0.0.997, 12 times; and 997 more")
    }

    @Test func `a name that somebody made up can neither fill a message nor forge a line`() throws {
        let hostile = "\u{1B}[31m\r\nBcc: all" + String(repeating: "x", count: 5_000)
        let alert = try #require(
            found((0..<5).map { notice(.failureBurst, "\($0)\(hostile)", count: 1) }).first)
        #expect(alert.detail.hasPrefix("seen: 0\\u{1b}[31m\\u{d}\\u{a}Bcc: all"))
        #expect(alert.detail.hasSuffix("\u{2026}, once; and 2 more"))
        #expect(alert.detail.unicodeScalars.count < 800)
    }

    @Test func `stragglers of two rotations of a client are an alert of each`() {
        let other = Notice(
            client: ClientName(rawValue: "billing"), rotation: RotationID(rawValue: "R2"),
            kind: .straggler, subject: "10.8.8.8", words: "seen: 10.8.8.8", firstAt: Self.start,
            lastAt: Self.start, count: 2)
        let alerts = found([notice(.straggler, "10.9.9.9"), other])
        #expect(alerts.map(\.subject) == ["R1", "R2"])
        #expect(alerts.map(\.detail) == ["seen: 10.9.9.9, 12 times", "seen: 10.8.8.8, 2 times"])
    }

    @Test func `a straggler whom the end of a rotation didn't stop is the alert of that rotation`()
        throws
    {
        let alert = try #require(found([notice(.straggler, "10.9.9.9")]).first)
        #expect(alert.kind == .oldSecretInUse && alert.severity == .critical)
        #expect(alert.subject == "R1" && alert.rotation?.rawValue == "R1")
        #expect(alert.detail == "seen: 10.9.9.9, 12 times")
    }
}
