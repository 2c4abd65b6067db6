import Foundation
import RotationCore
import Synchronization

/// Plans that were decoded before, by the bytes that the journal has of them.
///
/// A rotation's plan is the longest part of it, and stays the same at each of its steps.
final class PlanMemo: Sendable {
    private static let limit = 64
    private let plans = Mutex<[Data: Plan]>([:])

    /// The plan that the bytes spell.
    func plan(from bytes: Data) throws -> Plan {
        if let plan = plans.withLock({ $0[bytes] }) { return plan }
        let plan = try JSONDecoder().decode(Plan.self, from: bytes)
        plans.withLock { plans in
            if plans.count >= Self.limit { plans.removeAll() }
            plans[bytes] = plan
        }
        return plan
    }
}
