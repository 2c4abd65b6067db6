import Foundation
import RotationCore
import Testing

@testable import Adapters

/// What the readers that people use make of a document before and after a change.
@Suite struct RealReaderTests {
    /// A change of one value.
    private struct Pair: Encodable {
        let before: String
        let after: String
        let path: [String]
        let value: String
    }

    private static let services = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Services").standardizedFileURL

    /// Runs a program of the tests' own search path to its end.
    private static func run(_ words: [String], input: [UInt8]) async -> ChildProcess.Outcome {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ChildProcess.searchPath
        let child = ChildProcess(
            command: ["/usr/bin/env"] + words, environment: ["PATH": path], input: input,
            deadline: .minutes(5), cap: 1 << 20)
        return await child.run()
    }

    private static func runs(_ words: String...) async -> Bool {
        await run(words, input: []).ending == .exited(0)
    }

    /// 600 changes of random documents; a third of the values has signs in it.
    private static func pairs(
        _ example: (inout SeededChance) -> (DocumentFrame, DocumentFrame.Value)
    ) -> [Pair] {
        (0..<600).compactMap { seed in
            var chance = SeededChance(1_000 + seed)
            let (frame, old) = example(&chance)
            let signs = (0...chance.below(8)).map { _ in chance.pick(DocumentFrame.printable) }
            let value = seed % 3 == 0 ? signs.joined() : chance.secret()
            let before = frame.filled(old.spelled)
            guard let after = try? frame.type.init(reading: before).setting(frame.path, to: value)
            else { return nil }
            return Pair(
                before: String(decoding: before, as: UTF8.self),
                after: String(decoding: after, as: UTF8.self), path: frame.path, value: value)
        }
    }

    @Test(
        .enabled("needs Python and PyYAML") {
            await runs("python3", "-c", "import tomllib, yaml")
        })
    func `Python finds one value changed`() async throws {
        let examples = [
            ("yaml", YAMLDocumentTests.example), ("toml", TOMLDocumentTests.example),
            ("ini", INIDocumentTests.example),
        ]
        for (format, example) in examples {
            let lines = try Self.pairs(example).map {
                try JSONEncoder().encode($0) + Data("\n".utf8)
            }
            let script = Self.services.appending(path: "read-documents.py").path
            let outcome = await Self.run(
                ["python3", script, format], input: Array(Data(lines.joined())))
            #expect(outcome.ending == .exited(0), "\(outcome.explanation)")
            let said = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
            #expect(said.count == 1, "\(format): \(said.first ?? "")")
            #expect(Int(said.last ?? "") ?? 0 > 100, "\(format): only \(said.last ?? "")")
        }
    }

    @Test(.enabled("needs Java") { await runs("javac", "-version") })
    func `Java finds one property changed`() async throws {
        let lines = Self.pairs(PropertiesDocumentTests.example).map { pair in
            [pair.before, pair.after, pair.path[0], pair.value]
                .map { Data($0.utf8).base64EncodedString() }.joined(separator: " ") + "\n"
        }
        let program = Self.services.appending(path: "ReadProperties.java").path
        let outcome = await Self.run(["java", program], input: Array(lines.joined().utf8))
        #expect(outcome.ending == .exited(0), "\(outcome.explanation)")
        #expect(String(decoding: outcome.output, as: UTF8.self) == "\(lines.count)\n")
        #expect(lines.count > 500)
    }
}
