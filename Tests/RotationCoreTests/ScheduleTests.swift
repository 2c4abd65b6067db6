import RotationCore
import Testing

@Suite struct ScheduleTests {
    /// A moment on some day at a time of day.
    private static func at(_ hour: Int64, _ minute: Int64 = 0, day: Int64 = 20_000) -> Instant {
        Instant(milliseconds: day * 86_400_000) + .hours(hour) + .minutes(minute)
    }

    private static let night = DailyWindow(from: 22 * 60, to: 4 * 60)
    private static let noon = DailyWindow(from: 12 * 60, to: 13 * 60)

    @Test(arguments: [
        (noon, at(12), at(12)), (noon, at(12, 59), at(12, 59)),
        (noon, at(13), at(12, day: 20_001)), (noon, at(11, 59), at(12)),
        (noon, at(23), at(12, day: 20_001)), (noon, at(0), at(12)),
        (night, at(22), at(22)), (night, at(23, 59), at(23, 59)), (night, at(0), at(0)),
        (night, at(3, 59), at(3, 59)), (night, at(4), at(22)), (night, at(21, 59), at(22)),
    ])
    func `a window opens at or after a moment`(
        window: DailyWindow, moment: Instant, opening: Instant
    ) {
        #expect(window.opening(atOrAfter: moment) == opening)
    }

    @Test func `the opening is never early, less than a day off, and stable`() {
        for (from, to) in [(0, 1), (0, 1_439), (1_439, 0), (60, 60), (600, 540), (1_380, 60)] {
            let window = DailyWindow(from: from, to: to)
            for minute in stride(from: Int64(0), to: 1_440, by: 7) {
                let moment = Self.at(0) + .minutes(minute)
                let opening = window.opening(atOrAfter: moment)
                #expect(opening >= moment)
                #expect(opening.since(moment) < .hours(24))
                #expect(window.opening(atOrAfter: opening) == opening)
            }
        }
    }

    @Test func `moments before 1970 have a time of day too`() {
        let moment = Self.at(11, day: -3)
        #expect(Self.noon.opening(atOrAfter: moment) == Self.at(12, day: -3))
        #expect(Self.night.opening(atOrAfter: Self.at(23, day: -3)) == Self.at(23, day: -3))
    }

    @Test func `without a window a rotation is due one period later, and by jitter after that`() {
        let schedule = Schedule(every: .hours(48), jitter: .hours(10))
        #expect(schedule.due(after: Self.at(1), fraction: 0) == Self.at(1, day: 20_002))
        #expect(schedule.due(after: Self.at(1), fraction: 0.5) == Self.at(6, day: 20_002))
        #expect(schedule.due(after: Self.at(1), fraction: 0.999) < Self.at(11, day: 20_002))
    }

    @Test func `with a window a rotation is due when it is open`() {
        let schedule = Schedule(every: .hours(48), window: Self.night)
        #expect(schedule.due(after: Self.at(1), fraction: 0) == Self.at(1, day: 20_002))
        #expect(schedule.due(after: Self.at(5), fraction: 0) == Self.at(22, day: 20_002))
    }

    @Test func `a window that opens when it shuts is a day long`() {
        let window = DailyWindow(from: 60, to: 60)
        let schedule = Schedule(every: .hours(24), window: window, jitter: .hours(48))
        let due = schedule.due(after: Instant(milliseconds: 0), fraction: 0.5)
        let opening = window.opening(
            atOrAfter: Instant(milliseconds: 0) + .hours(24) + .hours(24))
        #expect(due == opening + .hours(12))
    }

    @Test func `jitter spreads a fleet over the window, never past its end`() {
        let schedule = Schedule(every: .hours(48), window: Self.night, jitter: .hours(10))
        let noon = Self.at(5)
        #expect(schedule.due(after: noon, fraction: 0) == Self.at(22, day: 20_002))
        #expect(schedule.due(after: noon, fraction: 0.5) == Self.at(1, day: 20_003))
        #expect(schedule.due(after: noon, fraction: 0.999) < Self.at(4, day: 20_003))
    }
}
