import Foundation
import Testing

/// The inputs that `make fuzz` kept, each sent once through the target that it was made for.
@Suite struct CorpusTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../Tests/Fuzz/Corpus").standardizedFileURL

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `the corpus finds nothing`(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = Self.root.appending(path: name)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        #expect(!files.isEmpty, "Tests/Fuzz/Corpus/\(name) is empty")
        for file in files {
            let complaint = target.complaint(Array(try Data(contentsOf: file)))
            #expect(complaint == nil, "Tests/Fuzz/Corpus/\(name)/\(file.lastPathComponent)")
        }
    }
}
