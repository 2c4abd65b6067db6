import Foundation
import Plans
import RotationCore
import Testing

struct PlanReaderTests {
    @Test func `the commented example is read as it says`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../plans/examples/okta-file.yaml")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.hasPrefix("# yaml-language-server: $schema="))
        let plan = try #require(try Sample.reader.read(text, file: "example").first)
        #expect(plan.client.rawValue == "billing-api")
        #expect(plan.clientID.rawValue == "0oa1billing")
        #expect(plan.server.type == "okta" && plan.server.name == "okta")
        #expect(plan.server.values["admin"] == .group(["token": .text("env:OKTA_API_TOKEN")]))
        #expect(plan.stores[0].values == ["path": .text("/etc/billing/client_secret")])
        #expect(
            plan.reload[0].values
                == ["command": .list([.text("systemctl"), .text("reload"), .text("billing")])])
        #expect(plan.consumers.map(\.name) == ["web-1"])
        #expect(plan.soak == nil && plan.overlap == .hours(1) && plan.watch == .hours(24))
        #expect(plan.probe == ProbeRule(successes: 3, window: .seconds(30), patience: .minutes(15)))
        #expect(plan.retry == RetryRule(first: .minutes(1), cap: .hours(6), settle: .seconds(30)))
        let window = DailyWindow(from: 120, to: 240)
        #expect(
            plan.schedule == Schedule(every: .hours(720), window: window, jitter: .hours(1)))
        #expect(plan.needsApproval && !plan.isExclusive)
    }

    @Test func `what is left out has the usual value`() throws {
        let plan = try #require(try Sample.reader.read(Sample.plan(), file: "a").first)
        let usual = Plan(
            client: plan.client, clientID: plan.clientID, server: plan.server, stores: plan.stores,
            soak: .hours(2))
        #expect(plan == usual)
    }

    @Test func `targets are named by their type, the second by type and number`() throws {
        let plan = try #require(
            try Sample.reader.read(
                Sample.plan(
                    """
                    reload:
                      - command: [a]
                      - command: [b]
                      - {name: last, type: signal}
                    """), file: "a"
            ).first)
        #expect(plan.reload.map(\.name) == ["exec", "exec-2", "last"])
        #expect(plan.reload.map(\.type) == ["exec", "exec", "signal"])
    }

    @Test func `all problems are named at once, each with its place`() {
        let problems = Sample.problems(
            """
            client: Billing
            client_id: ok
            server:
              type: okat
            sotres: []
            soak: 2 hours
            """)
        #expect(
            problems.map(\.code) == [
                "missing-key", "bad-name", "unknown-type", "unknown-key", "bad-span",
            ])
        #expect(problems.map(\.line) == [1, 1, 4, 5, 6])
        #expect(problems.map(\.column) == [1, 9, 9, 1, 7])
        #expect(problems[2].suggestion == "did you mean okta?")
        #expect(problems[3].suggestion == "did you mean stores?")
        #expect(
            problems[3].description
                == #"plans/a.yaml:5:1: unknown key "sotres" (did you mean stores?)"#)
    }

    @Test(arguments: [
        ("overlap: 1", "bad-span"), ("overlap: -1h", "bad-span"), ("overlap: 4000d", "bad-span"),
        ("overlap: [1h]", "wrong-type"), ("overlap:", "wrong-type"), ("overlap: ~", "wrong-type"),
        ("exclusive: yes", "bad-boolean"), ("exclusive: True", "bad-boolean"),
        ("exclusive: \"true\"", "bad-boolean"), ("approval: maybe", "unknown-choice"),
        ("probe: {successes: 0}", "bad-integer"), ("probe: {successes: three}", "bad-integer"),
        ("probe: {successes: \"3\"}", "bad-integer"), ("probe: {success: 3}", "unknown-key"),
        ("probe: {window: 1m, patience: 30s}", "probe-patience"),
        ("retry: {first: 2h, cap: 1h}", "retry-cap"), ("probe: 3", "wrong-type"),
        ("schedule: {at: \"02:00-04:00\"}", "missing-key"),
        ("schedule: {every: 30d, at: \"2-4\"}", "bad-window"),
        ("schedule: {every: 30d, at: \"02:00-02:00\"}", "bad-window"),
        ("schedule: {every: 27h}", "every-too-short"),
        ("schedule: {every: 30d, jitter: 30d}", "jitter-too-long"),
        ("reload: []", "empty-list"), ("reload: {command: [a]}", "wrong-type"),
        ("reload: [{command: []}]", "empty-list"), ("reload: [{command: [\"\"]}]", "bad-text"),
        ("reload: [{command: [true]}]", "wrong-type"),
        ("reload: [{command: [a], timeout: 0s}]", "bad-span"),
        ("reload: [{command: [\"a\\u202eb\"]}]", "bad-text"),
        ("reload: [{command: [a]}, {name: exec, command: [b]}]", "duplicate-name"),
        ("consumers: [{report: {type: file, path: /a}}]", "missing-key"),
        ("consumers: [{name: \"a\\nb\", report: {type: file, path: /a}}]", "bad-name"),
        ("consumers: [{name: 7, report: {type: file, path: /a}}]", "wrong-type"),
        ("consumers: [{name: a, report: {type: file, path: a/b}}]", "bad-path"),
        ("consumers: [{name: a, report: {type: file, path: /a/../b}}]", "bad-path"),
        ("secret: hunter2", "unknown-key"), ("strategy: green-blue", "unknown-choice"),
        ("strategy: blue-green", "missing-key"), ("green_client_id: b", "unused-key"),
        ("strategy: overlap\ngreen_client_id: b", "unused-key"),
        ("strategy: blue-green\ngreen_client_id: 0oa1-billing-api", "same-client-id"),
        (
            "strategy: blue-green\ngreen_client_id: b\nallow_outage: true",
            "two-strategies"
        ),
        ("strategy: pre-stage", "missing-key"), ("allow_outage: yes", "bad-boolean"),
    ])
    func `a slip has its own code`(line: String, code: String) {
        #expect(Sample.codes(Sample.plan(line)) == [code])
    }

    @Test(arguments: [
        ("", Strategy.overlap), ("strategy: overlap", .overlap), ("allow_outage: true", .outage),
        ("allow_outage: false", .overlap),
        (
            "strategy: blue-green\ngreen_client_id: b",
            .blueGreen(green: ClientID(rawValue: "b"))
        ),
    ])
    func `the strategy is what the plan says, and survives its canonical line`(
        lines: String, strategy: Strategy
    ) throws {
        let plan = try #require(try Sample.reader.read(Sample.plan(lines), file: "a").first)
        #expect(plan.strategy == strategy)
        #expect(try CanonicalPlan.decode(CanonicalPlan.encode(plan)) == plan)
    }

    private static let twofold = "path: /etc/billing-api/secret, candidate_field: next"

    private func twofold(_ lines: String) -> String {
        let plan = Sample.plan(lines)
        let changed = plan.replacing("path: /etc/billing-api/secret", with: Self.twofold)
        #expect(plan != changed)
        return changed
    }

    @Test func `a candidate is staged where each store has a place for it`() throws {
        let text = twofold("strategy: pre-stage")
        let plan = try #require(try Sample.reader.read(text, file: "a").first)
        #expect(plan.strategy == .preStage)
        #expect(try CanonicalPlan.decode(CanonicalPlan.encode(plan)) == plan)
        #expect(
            Sample.codes(twofold("strategy: pre-stage\nallow_outage: true")) == ["two-strategies"])
    }

    @Test func `a candidate would be tried with the other client's id`() {
        let lines = "strategy: blue-green\ngreen_client_id: b"
        #expect(Sample.codes(twofold(lines)) == ["unused-key"])
        #expect(Sample.codes(twofold("")) == [])
    }

    @Test func `without consumers and soak nothing could ever be proven`() {
        let problems = Sample.problems(Sample.plan(soak: ""))
        #expect(problems.map(\.code) == ["needs-evidence"])
        #expect(problems[0].suggestion == "name the consumers, or say `soak:` in words")
    }

    @Test(arguments: [
        ("{name: a}", false, false), ("{name: a, report: {type: log, path: /a}}", false, false),
        ("{name: a, report: {type: pods}}", true, false),
        ("{name: a, report: {type: uses}}", true, false),
        ("{name: a, report: {type: file, path: /a}}", true, true),
    ])
    func `what proves nothing needs a soak in words`(
        consumer: String, isProof: Bool, showsCandidate: Bool
    ) {
        func codes(_ more: String, soak: String = "") -> [String] {
            let text = Sample.plan("consumers: [\(consumer)]\n\(more)", soak: soak)
                .replacing("path: /etc/billing-api/secret", with: Self.twofold)
            return Sample.codes(text)
        }
        #expect(codes("") == (isProof ? [] : ["needs-soak"]))
        #expect(codes("", soak: "soak: 2h") == [])
        #expect(codes("strategy: pre-stage") == (showsCandidate ? [] : ["needs-soak"]))
        #expect(codes("strategy: pre-stage", soak: "soak: 2h") == [])
    }

    @Test(arguments: ["hunter2", "s3cr3t:with:colons", "AKIA1234567890", "https://u:pw@host/x"])
    func `a secret where a reference belongs is refused and not repeated`(secret: String) {
        let plan = Sample.plan().replacing("env:OKTA_API_TOKEN", with: "\"\(secret)\"")
        let problems = Sample.problems(plan)
        #expect(problems.map(\.code) == ["inline-secret"])
        #expect(!problems.description.contains(secret))
    }

    @Test(arguments: [
        ("env:A-B", "bad-reference"), ("env:1A", "bad-reference"),
        ("file:relative", "bad-reference"),
        ("vault:path", "bad-reference"), ("exec:pass show x", "bad-reference"),
        ("evn:TOKEN", "bad-reference"), ("", "inline-secret"),
    ])
    func `a broken reference is told from a secret`(reference: String, code: String) {
        let plan = Sample.plan().replacing("env:OKTA_API_TOKEN", with: "\"\(reference)\"")
        #expect(Sample.codes(plan) == [code])
    }

    @Test(arguments: [
        ("http://example.okta.com", "url-not-https"), ("http://localhost:80", "url-not-https"),
        ("http://127.0.0.1.evil.com", "url-not-https"), ("http://127.0.0.300", "url-not-https"),
        ("ftp://host", "url-not-https"), ("example.okta.com", "bad-url"), ("https://", "bad-url"),
        ("https://host:0", "bad-url"), ("https://host:port", "bad-url"), ("https://-a", "bad-url"),
        ("https://a/?x=1", "bad-url"), ("\"https://a/#x\"", "bad-url"),
        ("https://169.254.169.254/x", "url-link-local"),
        ("\"https://[fe80::1]\"", "url-link-local"),
        ("\"https://[FD00:ec2::254]:8080\"", "url-link-local"),
        ("https://100.100.100.200", "url-link-local"),
        ("https://me:pw@host", "url-userinfo"), ("https://ho st", "bad-url"),
    ])
    func `an address to which no secret may go is refused`(url: String, code: String) {
        let problems = Sample.problems(
            Sample.plan().replacing("https://example.okta.com", with: url))
        #expect(problems.map(\.code) == [code])
        #expect(!problems.description.contains("me:pw"))
    }

    @Test(arguments: [
        "http://127.0.0.1:8080", "http://[::1]:9/x", "https://[2001:db8::1]/a", "https://h:443/a/b",
    ])
    func `https and loopback addresses are taken`(url: String) {
        let plan = Sample.plan().replacing("https://example.okta.com", with: "\"\(url)\"")
        #expect(Sample.codes(plan).isEmpty)
    }

    @Test func `numbers and words for booleans keep their spelling as text`() throws {
        let plan = try #require(
            try Sample.reader.read(
                Sample.plan("reload: [{command: [sleep, 010, 1.50, no, \"true\"]}]"), file: "a"
            ).first)
        let words = ["sleep", "010", "1.50", "no", "true"].map(SettingValue.text)
        #expect(plan.reload[0].values["command"] == .list(words))
    }
}
