import Foundation
import ProcessTesting
import Testing

/// The help of every command, kept whole: a change of it is a change that people see.
struct HelpTests {
    static let commands: [[String]] = [
        [], ["init"], ["check"], ["start"], ["run"], ["status"], ["explain"], ["metrics"],
        ["approve"], ["hold"], ["resume"], ["retry"], ["rollback"], ["recover"], ["history"],
        ["alerts"], ["alerts", "test"], ["token"], ["exec"], ["servers"], ["stores"],
        ["adapter"], ["adapter", "test"], ["audit"],
        ["audit", "verify"], ["audit", "export"], ["audit", "checkpoint"], ["audit", "public-key"],
    ]

    @Test(arguments: commands)
    func `the help is as it was agreed on`(command: [String]) async throws {
        try await Workbench.open { bench in
            let outcome = try await HoldoverProcess(on: bench).run(command + ["--help"])
            #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(outcome)")
            try expectTranscript(
                outcome.output, (["holdover"] + command).joined(separator: "-"))
            if ![["audit"], ["adapter"]].contains(command) {
                let example = "  " + (["holdover"] + command).joined(separator: " ")
                #expect(outcome.output.contains(example), "no example in \(outcome.output)")
            }
        }
    }

    @Test func `the version is a number`() async throws {
        try await Workbench.open { bench in
            let outcome = try await HoldoverProcess(on: bench).run(["--version"])
            #expect(outcome.exit == 0 && outcome.errors.isEmpty)
            #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil, "\(outcome)")
        }
    }
}

/// Compares `text` with a file of `Transcripts`; `HOLDOVER_WRITE_GOLDEN=1` writes the file instead.
func expectTranscript(
    _ text: String, _ name: String, at place: SourceLocation = #_sourceLocation
) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts/\(name).txt")
    if ProcessInfo.processInfo.environment["HOLDOVER_WRITE_GOLDEN"] == "1" {
        return try Data(text.utf8).write(to: file)
    }
    let agreed = try String(contentsOf: file, encoding: .utf8)
    #expect(text == agreed, "HOLDOVER_WRITE_GOLDEN=1 rewrites \(name).txt", sourceLocation: place)
}
