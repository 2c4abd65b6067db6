import Foundation
import Glibc
import RotationCore
import Testing

@testable import Adapters

@Suite struct ReporterTests {
    private let scratch: ScratchDirectory
    private static let print = "0123456789abcdef0123456789abcdef"
    private static let line = "holdover-adoption-v1 2026-11-23T15:04:05Z \(print)"

    init() throws { scratch = try ScratchDirectory() }

    private func report(_ text: String) async throws -> AdoptionReport? {
        try scratch.write(text, to: "r")
        return try await FileReporter(.of("file", ["path": .text(scratch.at("r"))])).report(
            since: nil)?.word
    }

    @Test func `the last line that isn't empty counts`() async throws {
        let found = try await report(
            "# started\n\(Self.line.replacing("15:", with: "14:"))\n\(Self.line)\n\n")
        let expected = AdoptionReport(
            spelledAt: "2026-11-23T15:04:05Z", at: Instant(milliseconds: 1_795_446_245_000),
            fingerprint: Self.print)
        #expect(found == expected)
    }

    @Test func `a candidate stands behind the secret in use`() async throws {
        let candidate = String(Self.print.reversed())
        let found = try await report("\(Self.line) \(candidate)\n")
        #expect(found?.fingerprint == Self.print && found?.candidate == candidate)
        #expect(try await report("\(Self.line)\n")?.candidate == nil)
    }

    @Test func `no file, and no line, is no report`() async throws {
        let missing = try FileReporter(.of("file", ["path": .text(scratch.at("none"))]))
        #expect(try await missing.report(since: nil)?.word == nil)
        #expect(try await report("") == nil)
        #expect(try await report("\n \n\t\n") == nil)
    }

    @Test(arguments: [
        "holdover-adoption-v2 2026-11-23T15:04:05Z \(print)",
        "holdover-adoption-v1  2026-11-23T15:04:05Z \(print)",
        "holdover-adoption-v1 2026-11-23T15:04:05+00:00 \(print)",
        "holdover-adoption-v1 2026-02-29T15:04:05Z \(print)",
        "holdover-adoption-v1 2026-11-23T15:04:60Z \(print)",
        "holdover-adoption-v1 2026-11-23T15:04:05Z 0123456789ABCDEF0123456789ABCDEF",
        "holdover-adoption-v1 2026-11-23T15:04:05Z 0123456789abcdef0123456789abcde",
        "\(line) more", "\(line) \(print) \(print)", " \(line)", "holdover-adoption-v1 2026-11-23",
        "secret-value-here",
    ])
    func `anything else is refused, and not repeated`(text: String) async {
        let error = await adapterError { _ = try await report("\(Self.line)\n\(text)\n") }
        #expect(error?.code == "report-malformed")
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("secret-value-here") == false)
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2000-02-29T23:59:59.5Z", 951_868_799_500),
            ("2026-11-23T15:04:05.123456789Z", 1_795_446_245_123),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
        ] as [(String, Int64)])
    func `moments are read to the millisecond`(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text) == Instant(milliseconds: milliseconds))
    }

    @Test func `a pipe or a directory is not waited for`() async throws {
        #expect(mkfifo(scratch.at("r"), 0o600) == 0)
        let reporter = try FileReporter(.of("file", ["path": .text(scratch.at("r"))]))
        #expect(
            await adapterError { _ = try await reporter.report(since: nil)?.word }?.code
                == "report-not-a-file")
    }

    @Test func `the end of a long file is enough`() async throws {
        let long = String(repeating: "noise and more noise\n", count: 20_000) + Self.line + "\n"
        #expect(try await report(long)?.fingerprint == Self.print)
    }

    @Test func `a command's report is read like a file's`() async throws {
        func run(_ script: String) async throws -> AdoptionReport? {
            try await ExecReporter(
                .of("exec", ["command": .list(["/bin/sh", "-c", .text(script)])])
            ).report(since: nil)?.word
        }
        #expect(try await run("echo '\(Self.line)'")?.fingerprint == Self.print)
        #expect(try await run("true") == nil)
        #expect(await adapterError { _ = try await run("echo no") }?.code == "report-malformed")
        let failed = await adapterError { _ = try await run("echo '\(Self.line)'; exit 1") }
        #expect(failed?.code == "report-unreadable")
        let endless = await adapterError { _ = try await run("head -c 200000 /dev/zero") }
        #expect(endless?.code == "report-too-long")
    }
}
