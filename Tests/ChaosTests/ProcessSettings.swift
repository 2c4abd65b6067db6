import Foundation

/// How often the tests of whole processes do what they do.
enum ProcessSettings {
    /// `HOLDOVER_CHAOS_STOPS`: how often a run is stopped and goes on later, else 16.
    static let stops = number("STOPS", else: 16)
    /// `HOLDOVER_CHAOS_CROWDS`: how often sixty-four runs begin at once, else 2.
    static let crowds = number("CROWDS", else: 2)
    /// `HOLDOVER_CHAOS_IMAGES`: how many earlier journals are put back at each moment, else 1 of up
    /// to 6.
    static let images = number("IMAGES", else: 1)
    /// `HOLDOVER_CHAOS_RECOVERIES`: how many restored journals are led out of it, else 2 of 21.
    static let recoveries = number("RECOVERIES", else: 2)
    /// `HOLDOVER_CHAOS_DAYS`: how many of the days on which clocks are changed or end, else 2 of 6.
    static let days = number("DAYS", else: 2)

    private static func number(_ name: String, else standard: Int) -> Int {
        ProcessInfo.processInfo.environment["HOLDOVER_CHAOS_\(name)"].flatMap { Int($0) }
            ?? standard
    }
}
