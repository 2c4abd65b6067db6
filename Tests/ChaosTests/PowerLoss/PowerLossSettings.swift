import Foundation

/// How many images, and by which seed.
struct PowerLossSettings {
    /// `HOLDOVER_POWER_IMAGES`, else 500.
    let images: Int
    /// `HOLDOVER_POWER_RUNS`, else 4: images from which the real binary runs on to the end.
    let runs: Int
    /// `HOLDOVER_CHAOS_SEED`, else by chance.
    let seed = ChaosSettings().seed

    init() {
        let environment = ProcessInfo.processInfo.environment
        images = environment["HOLDOVER_POWER_IMAGES"].flatMap { Int($0) } ?? 500
        runs = environment["HOLDOVER_POWER_RUNS"].flatMap { Int($0) } ?? 4
    }
}
