import Foundation
import Plans
import RotationCore
import Testing

/// `alerts.yaml`, read as strictly as a plan.
final class AlertSettingsReaderTests {
    private static let channels = [
        AdapterDescriptor(
            type: "webhook", summary: "posts",
            settings: [
                SettingDescriptor("url", .url, required: true, summary: "the address"),
                SettingDescriptor("secret", .reference, summary: "what signs"),
                SettingDescriptor(
                    "min_severity", .choice(AlertSeverity.allCases.map(\.rawValue)),
                    summary: "what is less grave isn't sent"),
            ])
    ]
    private let reader = AlertSettingsReader(channels: channels)
    private let root = FileManager.default.temporaryDirectory
        .appending(path: "alerts-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func problems(_ yaml: String) -> [PlanProblem] {
        do {
            _ = try reader.read(bytes: Array(yaml.utf8), file: "alerts.yaml")
            return []
        } catch { return error.problems }
    }

    private static let whole = """
        ping: {url: "https://hc.example/uuid/", ca_file: /etc/ca.pem}
        after: 12h
        repeat: 2d
        runs: 5
        channels:
          - {type: webhook, url: "https://a.example"}
          - {type: webhook, url: "https://b.example", min_severity: critical, secret: "env:S"}
          - {type: webhook, name: ops, url: "https://c.example"}

        """

    @Test func `everything that may be said is read`() throws {
        let settings = try reader.read(bytes: Array(Self.whole.utf8), file: "alerts.yaml")
        #expect(settings.rules == AlertRules(after: .hours(12), repeatEvery: .hours(48), runs: 5))
        #expect(settings.ping?.failURL == "https://hc.example/uuid/fail")
        #expect(settings.ping?.caFile == "/etc/ca.pem")
        #expect(settings.channels.map(\.target.name) == ["webhook", "webhook-2", "ops"])
        #expect(settings.channels.map(\.minSeverity) == [.info, .critical, .info])
    }

    @Test func `what is left out is a day, a day and three runs`() throws {
        let yaml = "channels: [{type: webhook, url: 'https://a.example'}]"
        let settings = try reader.read(bytes: Array(yaml.utf8), file: "alerts.yaml")
        #expect(settings.rules == AlertRules() && settings.ping == nil)
        #expect(settings.rules.after == .hours(24) && settings.rules.runs == 3)
    }

    @Test(arguments: [
        ("chanels: []", 1, "unknown-key", "did you mean channels?"),
        ("channels:\n  - type: webhok\n    url: https://a.example", 2, "unknown-type", "webhook?"),
        ("channels:\n  - type: webhook\n    ulr: https://a.example", 3, "unknown-key", "url?"),
        (
            "channels:\n  - {type: webhook, url: 'https://a.example', secret: whsec_x}", 2,
            "inline-secret", "env:NAME"
        ),
        ("channels:\n  - {type: webhook, url: 'http://a.example'}", 2, "url-not-https", "https://"),
        ("channels:\n  - {type: webhook, url: 'https://169.254.169.254'}", 2, "url-link-local", ""),
        ("runs: 0", 1, "bad-integer", "at least 1"), ("after: soon", 1, "bad-span", "90s"),
        ("repeat: 0s", 1, "bad-span", "more than"),
        (
            "channels:\n  - {type: webhook, url: 'https://a.example', min_severity: loud}", 2,
            "unknown-choice", "one of: info"
        ),
        ("channels: []", 1, "empty-list", "fill it"),
        ("client: billing\nstores: []", 1, "reserved-name", "another name"),
        ("- a", 1, "wrong-type", "channels"),
        (
            "channels:\n  - {type: webhook, name: a, url: 'https://a.example'}\n"
                + "  - {type: webhook, name: a, url: 'https://b.example'}", 3, "same-name",
            "name of its own"
        ),
    ])
    func `a mistake is named with its line and what to write instead`(
        yaml: String, line: Int, code: String, hint: String
    ) {
        let found = problems(yaml).first { $0.code == code }
        #expect(found?.line == line, "\(problems(yaml))")
        #expect(hint.isEmpty || found?.suggestion?.contains(hint) == true, "\(problems(yaml))")
        #expect(!problems(yaml).contains { "\($0)".contains("whsec_x") })
    }

    @Test func `a file that others may write is refused`() throws {
        let path = root.appending(path: "alerts.yaml").path
        try Data(Self.whole.utf8).write(to: URL(fileURLWithPath: path))
        for (mode, isFine) in [(0o600, true), (0o644, true), (0o664, false), (0o646, false)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            #expect(((try? reader.load(path)) != nil) == isFine, "\(String(mode, radix: 8))")
        }
    }

    @Test func `it is no plan, and a plan directory passes it over`() throws {
        try Data(Self.whole.utf8).write(to: root.appending(path: "alerts.yaml"))
        #expect(try PlanDirectory(root.path).files().isEmpty)
        #expect(try PlanLoader(reader: Sample.reader).load(root.path).isEmpty)
    }
}
