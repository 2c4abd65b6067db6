import Foundation
import RotationCore
import Testing

/// Windows are times of day in UTC: no clock change makes a night long, short or double.
@Suite struct CalendarTests {
    private static func instant(_ text: String) throws -> Instant {
        let date = try Date(text, strategy: .iso8601)
        return Instant(milliseconds: Int64(date.timeIntervalSince1970) * 1_000)
    }

    /// A rotation that takes an hour, begun by a timer every five minutes, for a year.
    private static func starts(_ schedule: Schedule, from begin: Instant, to end: Instant)
        -> [Instant]
    {
        var starts: [Instant] = []
        var due = schedule.due(after: begin, fraction: 0.3)
        var now = begin
        while now < end {
            if due <= now, schedule.isOpen(at: now) {
                starts.append(now)
                due = schedule.due(after: now + .hours(1), fraction: 0.3)
            }
            now = now + .minutes(5)
        }
        return starts
    }

    /// Years with both clock changes, a leap day, and the end of 32 bits.
    @Test(arguments: ["2027", "2028", "2038"])
    func `every night of a year has one start, in its window`(year: String) throws {
        let begin = try Self.instant("\(year)-01-01T00:00:00Z")
        let end = try Self.instant("\((Int(year) ?? 0) + 1)-01-01T00:00:00Z")
        let window = DailyWindow(from: 120, to: 240)
        let schedule = Schedule(every: .hours(20), window: window)
        let starts = Self.starts(schedule, from: begin, to: end)
        let days = Int(end.since(begin).milliseconds / 86_400_000)
        // The first night lies before the first period is over.
        #expect(starts.count == days - 1)
        #expect(Set(starts.map { $0.milliseconds / 86_400_000 }).count == starts.count)
        var utc = Calendar(identifier: .gregorian)
        utc.timeZone = try #require(TimeZone(identifier: "UTC"))
        for start in starts {
            let date = Date(timeIntervalSince1970: Double(start.milliseconds) / 1_000)
            #expect((2..<4).contains(utc.component(.hour, from: date)))
        }
    }

    @Test(arguments: [
        ("Europe/Berlin", "2027-03-28", "2027-10-31"),
        ("America/New_York", "2027-03-14", "2027-11-07"),
    ])
    func `an opening is the same moment on both days of a clock change`(
        zone: String, spring: String, autumn: String
    ) throws {
        var local = Calendar(identifier: .gregorian)
        local.timeZone = try #require(TimeZone(identifier: zone))
        for (day, hours) in [(spring, 23.0), (autumn, 25.0)] {
            let noon = try Date("\(day)T12:00:00Z", strategy: .iso8601)
            let length = local.dateInterval(of: .day, for: noon)?.duration
            #expect(length == hours * 3_600, "\(day) is no such day in \(zone)")
            let midnight = try Self.instant("\(day)T00:00:00Z")
            for minute in stride(from: Int64(0), to: 1_440, by: 5) {
                let window = DailyWindow(from: Int(minute), to: Int(minute + 60) % 1_440)
                let before = midnight + .minutes(minute - 1)
                #expect(window.opening(atOrAfter: before) == midnight + .minutes(minute))
                let after = midnight + .minutes(minute + 60)
                #expect(
                    window.opening(atOrAfter: after) == midnight + .minutes(minute + 1_440))
            }
        }
    }

    @Test func `without a window it is always open, and else only in it`() throws {
        let night = try Self.instant("2038-01-19T03:14:08Z")
        let window = DailyWindow(from: 120, to: 240)
        #expect(Schedule(every: .hours(1)).isOpen(at: night))
        #expect(Schedule(every: .hours(1), window: window).isOpen(at: night))
        #expect(!Schedule(every: .hours(1), window: window).isOpen(at: night + .hours(1)))
    }
}
