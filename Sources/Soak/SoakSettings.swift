import Foundation

/// How long it goes on: until all of these are reached.
struct SoakSettings {
    /// `HOLDOVER_SOAK_ROTATIONS`: how many rotations, else 1 000.
    let rotations: Int
    /// `HOLDOVER_SOAK_REQUESTS`: how many token requests, else 1 000 000.
    let requests: Int
    /// `HOLDOVER_SOAK_CLIENTS`: how many clients of each dialect, else 12.
    let clients: Int
    /// `HOLDOVER_SOAK_PAUSE_MS`: between two requests of one consumer, else 10.
    let pause: Duration
    /// `HOLDOVER_SOAK_LIMIT_S`: after how many seconds to give up, else 3 600.
    let limit: Duration

    init() {
        let environment = ProcessInfo.processInfo.environment
        func number(_ name: String, else standard: Int) -> Int {
            environment["HOLDOVER_SOAK_\(name)"].flatMap { Int($0) } ?? standard
        }
        rotations = number("ROTATIONS", else: 1_000)
        requests = number("REQUESTS", else: 1_000_000)
        clients = max(1, number("CLIENTS", else: 12))
        pause = .milliseconds(number("PAUSE_MS", else: 10))
        limit = .seconds(number("LIMIT_S", else: 3_600))
    }
}
