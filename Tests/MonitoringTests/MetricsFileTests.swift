import Foundation
import ProcessTesting
import Testing

@testable import Monitoring

/// The file that a textfile collector reads.
struct MetricsFileTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `the file is readable by all, whatever the mask, and nothing lies beside it`()
        async throws
    {
        try await Workbench.open { bench in
            let folder = try bench.directory("textfiles")
            let file = MetricsFile(path: "\(folder)/holdover.prom")
            try file.write("a 1\n")
            try file.write("a 2\n")
            #expect(try bench.read("textfiles/holdover.prom") == "a 2\n")
            #expect(mode(file.path) == 0o644)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
        }
    }

    @Test func `whoever reads meanwhile finds a whole file each time`() async throws {
        try await Workbench.open { bench in
            let folder = try bench.directory("textfiles")
            let file = MetricsFile(path: "\(folder)/holdover.prom")
            let texts = ["a", "b"].map { String(repeating: "\($0) 1\n", count: 100_000) }
            try file.write(texts[0])
            let writing = Task.detached {
                for round in 0..<100 { try file.write(texts[round % 2]) }
            }
            let writer = Task { try await writing.value }
            var looks = 0
            while looks < 100 {
                let found = try Data(contentsOf: URL(filePath: file.path))
                #expect(
                    texts.contains { $0.utf8.count == found.count && $0.utf8.last == found.last })
                #expect(found.first == found.dropLast(3).last)
                // Nothing that a collector would read besides.
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(names.filter { $0.hasSuffix(".prom") } == ["holdover.prom"])
                looks += 1
            }
            try await writer.value
        }
    }

    @Test func `a link is replaced, and what it led to stays`() async throws {
        try await Workbench.open { bench in
            let target = try bench.write("mine\n", to: "mine")
            let file = MetricsFile(path: bench.at("holdover.prom"))
            #expect(symlink(target, file.path) == 0)
            try file.write("a 1\n")
            #expect(try bench.read("mine") == "mine\n")
            #expect(try bench.read("holdover.prom") == "a 1\n")
        }
    }

    @Test func `where it can't be written, what was there stays and nothing is left`() async throws
    {
        try await Workbench.open { bench in
            for (path, reason) in [
                (bench.at("nowhere/holdover.prom"), "No such file"),
                (bench.at("state"), "directory"), ("/proc/holdover.prom", "/proc/holdover.prom: "),
            ] {
                let before = try FileManager.default.contentsOfDirectory(atPath: bench.path)
                do {
                    try MetricsFile(path: path).write("a 1\n")
                    Issue.record("\(path) was written")
                } catch let failure as MetricsFile.Failure {
                    #expect("\(failure)".contains(path) && "\(failure)".contains(reason))
                }
                let after = try FileManager.default.contentsOfDirectory(atPath: bench.path)
                #expect(after.sorted() == before.sorted())
            }
        }
    }
}
