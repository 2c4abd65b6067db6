import Crypto
public import RotationCore

/// SHA-256 of a plan's canonical JSON: a rotation follows the plan that it started with.
public struct PlanDigest: RawRepresentable, Sendable, Hashable, Codable {
    /// 64 lower-case hex digits.
    public let rawValue: String

    /// Wraps a digest that was recorded.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The digest of `plan`; the same for every spelling of the same plan.
    public init(of plan: Plan) {
        let digest = SHA256.hash(data: Array(CanonicalPlan.encode(plan).utf8))
        let digits = Array("0123456789abcdef")
        rawValue = String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
