import Foundation
import RotationCore
import Testing

@testable import Adapters

/// Documents in files, whatever their format; see also the tests of each format.
@Suite struct FileFormatTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func store(_ format: String, _ field: String) throws -> FileStore {
        try FileStore(
            .of(
                "file",
                [
                    "path": .text(scratch.at("s")), "format": .text(format), "field": .text(field),
                ]))
    }

    @Test(
        arguments: [
            ("json", "a.s", #""k%": [1, {"s": "no"}],"#, #"{%"a": {"s": "<@>"},% "z": 1}"#),
            ("yaml", "a.s", "k%: {s: no} # c\n", "%a:\n  s: <@>\n%"),
            ("toml", "a.s", "[k%]\ns = 'no' # c\n", "%[a]\ns = \"<@>\"\n%"),
            ("dotenv", "S", "K%='s = no' # c\n", "%S=<@>\n%"),
            ("properties", "a.s", "k%.s = no \\\n  a.s=no\n", "%a.s=<@>\n%"),
            ("ini", "a.s", "[k%]\ns = no ; c\n", "%[a]\ns = <@>\n%"),
        ])
    func `64 KiB around the field stay as they are`(
        format: String, field: String, line: String, frame: String
    ) async throws {
        var number = 0
        let padding = {
            var padding = ""
            while padding.utf8.count < 32 << 10 {
                padding += line.replacing("%", with: "\(number)")
                number += 1
            }
            return padding
        }
        let parts = frame.split(separator: "%", omittingEmptySubsequences: false).map(String.init)
        let text = parts[0] + padding() + parts[1] + padding() + parts[2]
        #expect(text.utf8.count > 64 << 10)
        var chance = SeededChance(1)
        let secrets = [chance.secret(), chance.secret()]
        try scratch.write(text.replacing("<@>", with: secrets[0]), to: "s")
        let store = try store(format, field)
        let held = try await store.read()
        #expect(held?.secret?.matches(ClientSecret(secrets[0])) == true)
        try await store.write(ClientSecret(secrets[1]), replacing: held?.version)
        #expect(try scratch.read("s") == text.replacing("<@>", with: secrets[1]))
        try await store.write(ClientSecret(secrets[0]), replacing: store.read()?.version)
        #expect(try scratch.read("s") == text.replacing("<@>", with: secrets[0]))
    }

    @Test func `what can't be written is a refusal, and changes nothing`() async throws {
        try scratch.write("[a]\ns = old\n", to: "s")
        let store = try store("ini", "a.s")
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("a;b"), replacing: version)
        }
        #expect(error?.code == "file-unrepresentable")
        #expect(error?.provesNoEffect == true)
        #expect(error?.message.contains("a;b") == false)
        #expect(try scratch.read("s") == "[a]\ns = old\n")
        #expect(try scratch.names() == ["s"])
    }

    @Test(
        arguments: [
            ("yaml", "s", "s: &x old\nt: *x\n", "file-ambiguous"),
            ("yaml", "s", "s: |\n  old\n", "file-multi-line"),
            ("yaml", "s", "{", "file-malformed"), ("yaml", "s", "s: 1\n", "file-not-a-string"),
            ("yaml", "s", "t: 1\n", "file-field-missing"),
            ("toml", "s", "s = '''old'''\n", "file-multi-line"),
            ("toml", "s", "s", "file-malformed"),
            ("properties", "s", "s=1\ns=2\n", "file-ambiguous"),
            ("properties", "s", "s=a\\\n b", "file-multi-line"),
            ("ini", "a.s", "[a]\ns=a;b\n", "file-ambiguous"),
            ("ini", "s", "[a\n", "file-malformed"),
        ])
    func `preflight names what is wrong with a document`(
        format: String, field: String, text: String, code: String
    ) async throws {
        try scratch.write(text, to: "s")
        #expect(try await store(format, field).preflight().map(\.code) == [code])
    }

    @Test func `what would be too big to be read again is not written`() async throws {
        let text = "s=old\n#" + String(repeating: "x", count: ReplaceableFile.cap - 7)
        try scratch.write(text, to: "s")
        let store = try store("properties", "s")
        let version = try await store.read()?.version
        let error = await adapterError {
            try await store.write(ClientSecret("longer"), replacing: version)
        }
        #expect(error?.code == "file-too-big")
        #expect(try scratch.read("s") == text)
    }
}
