import Foundation

// `bench`: measures the release binaries beside it, and asserts nothing.
//
// BENCH_FULL=1 adds N = 10 000; TMPDIR says on which file system.
do {
    try await Benchmark().run()
} catch {
    Report.progress("\(error)")
    exit(1)
}
