import Foundation
import RotationCore
import Testing

@testable import RotationEngine

@Suite struct WrappedKeyFileTests {
    private let home: Home
    private let path: String
    private let key = SealingKey.generate()
    private let keeper = TargetSettings(
        name: "box", type: "box",
        values: [
            "address": .text("https://a.example/x"),
            "auth": .group(["token": .text("env:T\"ü")]),
        ])

    init() throws {
        home = try Home()
        path = "\(home.directory)/key"
    }

    private func failure() -> SealingFailure.Kind? {
        do throws(SealingFailure) {
            _ = try KeyFile.load(path: path)
            return nil
        } catch { return error.kind }
    }

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        chmod(path, 0o600)
    }

    @Test func `a wrapped key is read as it was written, and opens as itself only`() throws {
        let wrapped = WrappedKey(key, by: keeper, as: "box:v1:abc/+=")
        try wrapped.save(path: path)
        guard case .wrapped(let read) = try KeyFile.load(path: path) else {
            Issue.record("it was read as a plain one")
            return
        }
        #expect(read == wrapped)
        #expect(try read.opened(as: key.bytes).id == key.id)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(!text.contains(Data(key.bytes).base64EncodedString()))
        for wrong in [SealingKey.generate().bytes, [], Array(key.bytes.dropLast())] {
            #expect(
                throws: SealingFailure(
                    .keyWrong, "what was unwrapped is not the key of this file")
            ) { try read.opened(as: wrong) }
        }
        #expect(throws: SealingFailure.self) { try wrapped.save(path: path) }
        chmod(path, 0o640)
        #expect(failure() == .keyUnreadable)
    }

    @Test func `a plain key is still one`() throws {
        try key.save(path: path)
        guard case .plain(let read) = try KeyFile.load(path: path) else {
            Issue.record("it was read as a wrapped one")
            return
        }
        #expect(read.id == key.id)
    }

    @Test(arguments: [
        "{", "{}", #"{"format":"holdover-wrapped-key-v1"}"#,
        #"{"format":"holdover-wrapped-key-v2","id":"a","keeper":{"type":"b"},"wrapped":"c"}"#,
        #"{"format":"holdover-wrapped-key-v1","id":"a","keeper":{},"wrapped":"c"}"#,
        #"{"format":"holdover-wrapped-key-v1","id":"a","keeper":{"type":{}},"wrapped":"c"}"#,
        #"{"format":"holdover-wrapped-key-v1","id":"a","keeper":{"type":"b"},"wrapped":""}"#,
        #"{"format":"holdover-wrapped-key-v1","id":"a","keeper":{"type":"b","n":1},"wrapped":"c"}"#,
        #"{"format":"holdover-wrapped-key-v1","id":"a","keeper":{"type":"b"},"wrapped":"c"} more"#,
    ])
    func `a document that is no key is refused`(text: String) throws {
        try write(text)
        #expect(failure() == .keyUnreadable)
    }

    @Test func `spaces and the order of names don't matter`() throws {
        try write(
            "\n {\"wrapped\":\"c\",\"id\":\"a\",\"keeper\":{\"type\":\"b\"},"
                + "\"format\":\"holdover-wrapped-key-v1\"}")
        #expect(failure() == nil)
    }
}
