import Foundation

/// How hard and by which seed.
struct ChaosSettings {
    /// `HOLDOVER_CHAOS_KILLS`, else 120 in all.
    let kills: Int
    /// `HOLDOVER_CHAOS_SEED`, else by chance.
    let seed: UInt64
    /// `HOLDOVER_CHAOS_SHARE`: one system call in so many is tried, else one in 25.
    let share: Int
    /// `HOLDOVER_CHAOS_WORKERS`: how many rotations are tormented at once, else 2.
    let workers: Int
    /// `HOLDOVER_CHAOS_LOOKS=1` kills at reads and locks too, which leave the disk as it was.
    let takesLooks: Bool

    init() {
        let environment = ProcessInfo.processInfo.environment
        kills = environment["HOLDOVER_CHAOS_KILLS"].flatMap { Int($0) } ?? 120
        seed =
            environment["HOLDOVER_CHAOS_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0..<1_000_000)
        share = max(1, environment["HOLDOVER_CHAOS_SHARE"].flatMap { Int($0) } ?? 25)
        workers = max(1, environment["HOLDOVER_CHAOS_WORKERS"].flatMap { Int($0) } ?? 2)
        takesLooks = environment["HOLDOVER_CHAOS_LOOKS"] == "1"
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Something to be taken for a secret.
    mutating func secret() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<48).map { _ in letters.randomElement(using: &self) ?? "A" })
    }
}
