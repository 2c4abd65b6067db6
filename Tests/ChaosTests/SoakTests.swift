import Foundation
import ProcessTesting
import Testing

/// The short form of `make soak`.
@Suite(.serialized)
struct SoakTests {
    @Test(.timeLimit(.minutes(10)))
    func `twenty rotations under faults and kills fail no token request`() async throws {
        try await Workbench.open { bench in
            let process = try bench.spawn(
                "soak", Binaries.path("soak"), [],
                environment: [
                    "HOLDOVER_SOAK_ROTATIONS": "20", "HOLDOVER_SOAK_REQUESTS": "1000",
                    "HOLDOVER_SOAK_CLIENTS": "4", "HOLDOVER_SOAK_LIMIT_S": "300",
                    "HOLDOVER_BIN_DIR": URL(fileURLWithPath: try Binaries.path("soak"))
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
