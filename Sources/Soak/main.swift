import Foundation
import HTTPTransport
import ProcessTesting

// For as long as anything is measured, one HTTP client serves all consumers, as in a real program.
let settings = SoakSettings()
let http = CurlClient(.init(connectionsPerHost: 32, userAgent: "soak"))
do {
    let figures = try await Workbench.open { bench in
        try await Soak(settings, on: bench, through: http).run()
    }
    print(figures.text, terminator: "")
    exit(figures.problems.isEmpty ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("soak: \(error)\n".utf8))
    exit(1)
}
