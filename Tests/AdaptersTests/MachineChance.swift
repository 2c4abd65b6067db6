import Foundation
import RotationCore

/// Chance of the machine's.
struct MachineChance: RandomSource {
    func secret() -> ClientSecret { .unguessable() }

    func identifier(at moment: Instant) -> String {
        let chance = UUID().uuidString.replacing("-", with: "")
        return String("\(moment.milliseconds)\(chance)".prefix(26))
    }

    func fraction() -> Double { Double.random(in: 0..<1) }
}
