import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// Lines at a real rsyslog and a real journald: what they take them for.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .enabled(
        if: FileManager.default.isExecutableFile(atPath: "/lib/systemd/systemd-journald"),
        "journald is systemd's, which isn't installed"),
    .realServer("system-logs"), .serialized)
struct RealSystemLogTests {
    /// A line as the log has it.
    private struct Line: Decodable {
        let program, process, facility, severity, text: String

        /// `rsyslog` names its properties, `journald` its fields.
        init(from decoder: any Decoder) throws {
            let line = try decoder.singleValueContainer().decode([String: String?].self)
            let word = { (rsyslog: String, journald: String) in
                (line[journald] ?? line[rsyslog] ?? nil) ?? ""
            }
            program = word("programname", "SYSLOG_IDENTIFIER")
            process = word("procid", "SYSLOG_PID")
            facility = word("syslogfacility", "SYSLOG_FACILITY")
            severity = word("syslogseverity", "PRIORITY")
            // What stands behind the colon of the tag is the text for rsyslog, blank and all.
            text = String(word("msg", "MESSAGE").drop { $0 == " " })
        }
    }

    private static let title = "billing: the rotation is held \"é\"\n<0>forged"

    private let real: RealServerProcess

    init() throws { real = try #require(WithRealServer.current) }

    private func send(_ event: AlertEvent, to socket: String) async throws {
        let registry = AdapterRegistry(http: CurlClient(), environment: [:]) {
            Instant(milliseconds: 1_700_000_100_000)
        }
        let values: [String: SettingValue] = ["socket": .text(socket), "facility": "local3"]
        let channel = try await registry.channel(ChannelSettings(.of("syslog", values)))
        #expect(try await channel.preflight().isEmpty)
        let alert = Alert(
            .runFailed, about: "R1", client: ClientName(rawValue: "billing"), code: "store-changed",
            title: Self.title, detail: "what happened", standing: "both secrets are accepted",
            next: "holdover explain billing", since: Instant(milliseconds: 1_700_000_000_000))
        try await channel.send(
            AlertMessage(
                id: "J1-\(event)", event: event, alert: alert,
                at: Instant(milliseconds: 1_700_000_060_000)), within: .seconds(10))
    }

    private func look(for lines: Int, _ text: () async throws -> String) async throws -> [Line] {
        var found: [Line] = []
        _ = try await eventually(within: .seconds(10)) {
            found = try await text().split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            return found.count >= lines
        }
        return found
    }

    private func expectAll(of lines: [Line]) {
        #expect(lines.map(\.program) == ["holdover", "holdover"])
        #expect(lines.map(\.process) == ["\(getpid())", "\(getpid())"])
        #expect(lines.map(\.facility) == ["19", "19"])
        #expect(lines.map(\.severity) == ["2", "5"])
        let first = lines.first?.text ?? ""
        #expect(first.hasPrefix(#"[CRITICAL] billing: the rotation is held "é"\u{a}<0>forged"#))
        #expect(first.contains(#"next="holdover explain billing""#), "\(first)")
    }

    @Test func `rsyslog takes a line for what it is, and one message for one line`() async throws {
        for event in [AlertEvent.firing, .resolved] {
            try await send(event, to: real["RSYSLOG"])
        }
        let lines = try await look(for: 2) {
            (try? String(contentsOfFile: real["RSYSLOG_FILE"], encoding: .utf8)) ?? ""
        }
        expectAll(of: lines)
    }

    @Test func `journald takes a line for what it is, and one message for one entry`() async throws
    {
        for event in [AlertEvent.firing, .resolved] {
            try await send(event, to: real["JOURNALD"])
        }
        let lines = try await look(for: 2) {
            try await Workbench.open { bench in
                let journalctl = try bench.spawn(
                    "journalctl", "/bin/journalctl",
                    ["--directory", real["JOURNAL"], "-o", "json", "-t", "holdover"])
                _ = await journalctl.wait()
                return try String(contentsOfFile: journalctl.outputPath, encoding: .utf8)
            }
        }
        expectAll(of: lines)
    }
}
