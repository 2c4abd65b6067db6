import Foundation
import HTTPTransport
import ProcessTesting

// `load`: holds the library against what its front page says; 0 where all of it holds.
let http = CurlClient(.init(userAgent: "load"))
do {
    let figures = try await Workbench.open { bench in
        try await Load(LoadSettings(), on: bench, through: http).run()
    }
    print(figures.text, terminator: "")
    exit(figures.problems.isEmpty ? 0 : 1)
} catch {
    FileHandle.standardError.write(Data("load: \(error)\n".utf8))
    exit(1)
}
