import Adapters
import Plans
import RotationCore

extension FuzzTarget {
    /// A plan file: refused with words that can be shown, or a plan that survives its canonical
    /// line.
    static let plans = FuzzTarget("plans") { bytes in
        let plans: [Plan]
        do throws(PlanErrors) {
            plans = try PlanReader(descriptors: AdapterRegistry.descriptors)
                .read(bytes: bytes, file: "plan.yaml")
        } catch {
            if error.problems.isEmpty { return "a plan is refused for no reason" }
            return error.problems.lazy.compactMap { unseen($0.description) }.first
        }
        for plan in plans {
            let line = CanonicalPlan.encode(plan)
            guard (try? CanonicalPlan.decode(line)) == plan else {
                return "the canonical line is another plan: \(line)"
            }
            if let found = unseen(plan.client.rawValue + plan.clientID.rawValue) { return found }
        }
        return nil
    }
}
