import Foundation
import ProcessTesting
import Testing

/// Clocks that are set, days that have 23 or 25 hours somewhere, and years that counters end in.
@Suite(.serialized, .enabled(if: FakeClock.library != nil, "no libfaketime here"))
struct ClockTests {
    @Test(.timeLimit(.minutes(5)), arguments: [86_400, -86_400])
    func `a clock that is set by a day in the overlap shortens it by nothing`(seconds: Int)
        async throws
    {
        try await Workbench.open { bench in
            let overlap = Duration.seconds(8)
            let lone = try await LoneClient(on: bench, rules: ["overlap: 8s", "watch: 0s"])
            let clock = try FakeClock(of: lone)
            try await lone.succeed("start", LoneClient.id)
            // Runs that don't wait: libfaketime sets the timers of one that does, too, which
            // nobody who sets a clock can.
            let isThere = try await eventually(within: .seconds(30), every: .milliseconds(5)) {
                _ = try await clock.run("run")
                return try await lone.rotation().phase == "overlap"
            }
            try #require(isThere)
            let begin = ContinuousClock.now
            try clock.shift(by: seconds)
            var looks = 0
            // It ends early enough for the last run to find the overlap still going on.
            while begin.duration(to: .now) < overlap - .seconds(4) {
                _ = try await clock.run("retry", LoneClient.id)
                let run = try await clock.run("run")
                #expect(run.exit == 0, "\(run)")
                let report = try await lone.server.client(LoneClient.id)
                // It may have ended while that was asked.
                guard begin.duration(to: .now) < overlap - .milliseconds(250) else { break }
                #expect(report.secrets.filter(\.isAccepted).count == 2, "\(run)\n\(report)")
                looks += 1
            }
            #expect(looks > 1)
            try clock.shift(by: 0)
            // What was put off by the wrong clock is put off until a person says otherwise.
            _ = try await lone.holdover.run(["retry", LoneClient.id])
            let last = try await lone.holdover.run(["run", "--wait", "60s"])
            #expect(last.exit == 0, "\(last)")
            #expect(try await lone.rotation().state == "completed", "\(last)")
            try await lone.judge("set by \(seconds)")
        }
    }

    /// Midnight (UTC) of a day, and where the clock is changed on it.
    struct Day: CustomTestStringConvertible {
        let date: String
        let zone: String
        var testDescription: String { "\(date) in \(zone)" }
        var midnight: Date { (try? Date("\(date)T00:00:00Z", strategy: .iso8601)) ?? .distantPast }

        static let all = [
            Day(date: "2027-03-28", zone: "Europe/Berlin"),
            Day(date: "2027-10-31", zone: "Europe/Berlin"),
            Day(date: "2027-03-14", zone: "America/New_York"),
            Day(date: "2027-11-07", zone: "America/New_York"),
            Day(date: "2028-02-29", zone: "UTC"),
            // The second after 03:14:07 is one too many for 32 bits.
            Day(date: "2038-01-19", zone: "Asia/Tokyo"),
        ]
    }

    private static let quick = [
        "overlap: 0s", "watch: 0s", "probe: {successes: 1, window: 0s}",
        #"schedule: {every: 20h, at: "02:00-04:00"}"#,
    ]

    @Test(.timeLimit(.minutes(5)), arguments: Day.all.shuffled().prefix(ProcessSettings.days))
    func `a window is neither skipped nor used twice, whatever day it is`(day: Day) async throws {
        try await Workbench.open { bench in
            let lone = try await LoneClient(on: bench, rules: Self.quick)
            // Its consumer's clock is the real one, and so its reports say nothing here; without
            // them and without an overlap it would be overtaken.
            await lone.consumer.process.end()
            let plan = try bench.read("plans/\(LoneClient.id).yaml")
            let start = try #require(plan.range(of: "consumers:"))
            let end = try #require(plan.range(of: "retry:"))
            try bench.write(
                plan.replacingCharacters(
                    in: start.lowerBound..<end.lowerBound, with: "soak: 0s\n"),
                to: "plans/\(LoneClient.id).yaml")
            let clock = try FakeClock(of: lone, zone: day.zone)
            var started: [String] = []
            // First seen the day before; then twice a night, and now and then.
            for hour in [-23.0, 0, 1, 1.95, 2.05, 2.5, 3.3, 3.9, 5, 12, 23, 25, 26.05, 27.5, 30] {
                try clock.set(to: day.midnight.addingTimeInterval(hour * 3_600))
                let isOver = try await eventually(within: .seconds(20)) {
                    let run = try await clock.run("run")
                    #expect(run.exit == 0, "hour \(hour): \(run)")
                    return run.output.isEmpty
                }
                #expect(isOver, "hour \(hour)")
                started += try await Self.starts(lone).filter { !started.contains($0) }
            }
            let next = day.midnight.addingTimeInterval(86_400).formatted(.iso8601).prefix(10)
            #expect(started.map { String($0.prefix(13)) } == ["\(day.date)T02", "\(next)T02"])
            #expect(try await lone.server.client(LoneClient.id).secrets.count == 3)
            let status = try await lone.server.tokenStatus(.okta, LoneClient.id, lone.stored())
            #expect(status == 200, "\(day)")
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `a window that went by while nothing ran is waited for again`() async throws {
        try await Workbench.open { bench in
            let lone = try await LoneClient(on: bench, rules: Self.quick)
            let clock = try FakeClock(of: lone)
            let midnight = Day.all[0].midnight
            for hour in [-23.0, 12, 23] {
                try clock.set(to: midnight.addingTimeInterval(hour * 3_600))
                let run = try await clock.run("run")
                #expect(run.exit == 0 && run.output.isEmpty, "hour \(hour): \(run)")
            }
            let status = try await clock.run("status")
            #expect(status.output.contains("overdue: \(LoneClient.id)"), "\(status)")
            try clock.set(to: midnight.addingTimeInterval(26.05 * 3_600))
            _ = try await clock.run("run")
            #expect(try await Self.starts(lone).count == 1)
        }
    }

    /// When the latest rotation began, if there is one.
    private static func starts(_ lone: LoneClient) async throws -> [String] {
        struct View: Decodable { let startedAt: String }
        let said = try await lone.holdover.run(["status", LoneClient.id, "--json"])
        guard said.exit == 0 else { return [] }
        return [try JSONDecoder().decode(View.self, from: Data(said.output.utf8)).startedAt]
    }
}
