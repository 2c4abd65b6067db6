import Foundation
import Plans
import RotationCore
import Testing

/// A directory of its own for each test, gone at its end.
final class PlanFilesTests {
    private let root = FileManager.default.temporaryDirectory
        .appending(path: "plans-\(UUID().uuidString)")
    private let loader = PlanLoader(reader: Sample.reader)

    init() throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        let url = root.appending(path: name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    private func problems() -> [PlanProblem] {
        do {
            _ = try loader.load(root.path)
            return []
        } catch { return error.problems }
    }

    @Test func `a directory's plans are its yaml files, sorted, and nothing else`() throws {
        try write("b.yml", Sample.plan(client: "b"))
        try write("a.yaml", Sample.plan(client: "a"))
        for name in [".hidden.yaml", "README.md", "examples/c.yaml", "d.yaml.bak", "e.yaml/x"] {
            try write(name, "nonsense: true")
        }
        let files = try PlanDirectory(root.path).files()
        #expect(files.map(\.path) == ["a.yaml", "b.yml"].map { "\(root.path)/\($0)" })
        #expect(try loader.load(root.path).map(\.plan.client.rawValue) == ["a", "b"])
        let one = try loader.load("\(root.path)/b.yml")
        #expect(one.map(\.plan.client.rawValue) == ["b"])
        #expect(one[0].file == "\(root.path)/b.yml")
    }

    @Test func `a file's stamp changes with its content and only then`() throws {
        try write("a.yaml", Sample.plan(client: "a"))
        let before = try PlanDirectory(root.path).files()
        #expect(try PlanDirectory(root.path).files() == before)
        try write("a.yaml", Sample.plan(client: "b"))
        let after = try PlanDirectory(root.path).files()
        #expect(after != before)
        #expect(after[0].stamp.size == before[0].stamp.size)
    }

    @Test func `plans that others may write are refused with the cure`() throws {
        try write("a.yaml", Sample.plan(client: "a"), mode: 0o646)
        try write("b.yaml", Sample.plan(client: "b"), mode: 0o664)
        let found = problems()
        #expect(found.map(\.code) == ["writable-by-others", "writable-by-others"])
        #expect(found[0].suggestion == "chmod o-w \(root.path)/a.yaml")
        #expect(found[1].suggestion == "chmod go-w \(root.path)/b.yaml")
    }

    @Test func `a group may write a plan that runs nothing and reads no secret`() throws {
        let plan = Sample.plan().replacing("type: okta", with: "type: every-form")
            .replacing("  admin: {token: env:OKTA_API_TOKEN}\n", with: "")
            .replacing("  url: https", with: "  a-url: https")
        try write("a.yaml", plan, mode: 0o664)
        #expect(problems().isEmpty)
        try write("a.yaml", plan + "\nreload: [{command: [a]}]", mode: 0o664)
        #expect(problems().map(\.code) == ["writable-by-others"])
    }

    @Test func `a directory that everybody may write is refused`() throws {
        try write("a.yaml", Sample.plan())
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: root.path)
        #expect(problems().map(\.code) == ["writable-by-others"])
    }

    @Test func `problems of all files come together, conflicts too`() throws {
        try write("a.yaml", Sample.plan())
        try write("b.yaml", Sample.plan())
        try write("c.yaml", "client: c")
        let found = problems()
        #expect(found.first?.code == "duplicate-client")
        #expect(found.first?.message.contains("\(root.path)/a.yaml") == true)
        #expect(found.contains { $0.file.hasSuffix("c.yaml") && $0.code == "missing-key" })
    }

    @Test func `what isn't there is named`() throws {
        do {
            _ = try loader.load("\(root.path)/none")
            Issue.record("it was read")
        } catch {
            #expect(error.problems.map(\.code) == ["unreadable"])
        }
        try FileManager.default.createSymbolicLink(
            atPath: "\(root.path)/dangling.yaml", withDestinationPath: "\(root.path)/none")
        #expect(problems().map(\.code) == ["unreadable"])
    }

    @Test func `a file that grows past the limit is refused without being read on`() throws {
        try write("a.yaml", String(repeating: "#", count: 3 << 20))
        #expect(problems().map(\.code) == ["too-large"])
    }
}
