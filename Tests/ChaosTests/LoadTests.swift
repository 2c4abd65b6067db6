import Foundation
import ProcessTesting
import Testing

/// The short form of `make load`.
@Suite(.serialized)
struct LoadTests {
    @Test(.timeLimit(.minutes(5)))
    func `a thousand callers get their tokens through failures, an outage and rotations`()
        async throws
    {
        try await Workbench.open { bench in
            let program = try Binaries.path("load")
            let process = try bench.spawn(
                "load", program, [],
                environment: [
                    "HOLDOVER_LOAD_OUTAGE_S": "6",
                    "HOLDOVER_BIN_DIR": URL(fileURLWithPath: program)
                        .deletingLastPathComponent().path,
                ])
            let ending = await process.wait()
            let said = try String(contentsOfFile: process.outputPath, encoding: .utf8)
            let errors = try String(contentsOfFile: process.errorPath, encoding: .utf8)
            #expect(ending == .exited(0), "\(said)\(errors)")
            #expect(said.contains("failed                 0\n"), "\(said)")
            FileHandle.standardError.write(Data(said.utf8))
        }
    }
}
