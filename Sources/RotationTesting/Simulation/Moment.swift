import RotationCore

/// Everything that there is between two processes: from here many endings can be tried.
///
/// Up to a second fault, a pair of faults is the same rotation as its first fault alone.
struct Moment: Sendable {
    let rotation: RotationID
    let world: WorldState
    /// A copy, to be copied again.
    let disk: SimulatedDisk
    let runs: Int
    let holds: [Reason]

    /// How many calls of ports were made so far.
    var calls: Int { world.calls }
}
