import Foundation
import ProcessTesting
import Testing

/// A program that measures for minutes, with settings that make it quick.
enum ShortForm {
    /// Runs it to its end, shows its figures, and expects that nothing failed.
    static func run(_ name: String, _ settings: [String: String]) async throws {
        try await Workbench.open { bench in
            let program = try Binaries.path(name)
            let directory = URL(fileURLWithPath: program).deletingLastPathComponent().path
            let process = try bench.spawn(
                name, program, [],
                environment: settings.merging(["HOLDOVER_BIN_DIR": directory]) { $1 })
            let ending = await process.wait()
            let said = try String(contentsOfFile: process.outputPath, encoding: .utf8)
            let errors = try String(contentsOfFile: process.errorPath, encoding: .utf8)
            #expect(ending == .exited(0), "\(said)\(errors)")
            #expect(said.contains("failed                 0\n"), "\(said)")
            FileHandle.standardError.write(Data(said.utf8))
        }
    }
}
