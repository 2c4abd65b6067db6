import Foundation

/// Everything that is measured, in order, and the table at the end.
struct Benchmark {
    private let isFull = ProcessInfo.processInfo.environment["BENCH_FULL"] == "1"

    func run() async throws {
        let scratch = try Scratch()
        defer { scratch.remove() }
        scratch.removeOnSignal()
        let programs = try Programs(scratch)
        Report.line(Machine(scratch.path).description)
        Report.line("command    make bench  (BENCH_FULL=1 adds N = 10 000; TMPDIR moves the files)")
        Report.line()
        var figures: [Figure] = []
        figures += try await rotations(programs, scratch)
        figures += try StatusBench(programs, scratch).run()
        Report.table(figures)
        Report.line(Self.remarks)
    }

    private func rotations(_ programs: Programs, _ scratch: Scratch) async throws -> [Figure] {
        var series = [
            Series(clients: 1, jobs: 64, runs: 7), Series(clients: 100, jobs: 64, runs: 5),
            Series(clients: 1_000, jobs: 64, runs: 3),
            Series(clients: 1_000, jobs: 64, runs: 1, delay: 20),
            Series(clients: 1_000, jobs: 512, runs: 2, delay: 20),
        ]
        if isFull { series.append(Series(clients: 10_000, jobs: 64, runs: 1)) }
        var results: [Series.Result] = []
        for one in series {
            Report.progress("\(one.name) ...")
            results.append(try await FleetBench(one, programs, scratch).run())
        }
        return results.flatMap { $0.figures(besides: results) }
    }

    private static let remarks = """

        One rotation is the whole protocol: two secrets, acceptance proven with a negative control,
        one file store (write, fsync, rename, fsync), guards looked at twice, disable, delete, proof
        of death, audit. `soak: 0s` stands for consumers' reports; overlap and watch are 0s, and one
        answer counts as proof. The practice server runs on the same cores; its share is shown.
        The best script (asyncio, aiohttp, SQLite group commit) is not run here. The reference has
        it at 915 rotations/s on a machine of this kind, for a third of the requests and commits.
        """
}
