/// How often something took how long, up to each of a few bounds.
struct LatencyBuckets {
    /// In seconds, of which a call may take 30 at most.
    static let bounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, .infinity]
    /// The label that names a bound.
    static let label = "le"

    private var counts = [Double](repeating: 0, count: bounds.count)

    /// Adds to the bucket of a bound; one that an earlier version had falls into the next larger.
    mutating func add(_ count: Double, below bound: Double) {
        counts[Self.place(of: bound)] += count
    }

    /// All of them.
    var total: Double { counts.reduce(0, +) }

    /// The count up to each bound, as a text format wants it.
    var cumulated: [(bound: String, count: Double)] {
        var sum = 0.0
        return zip(Self.bounds, counts).map { bound, count in
            sum += count
            return (Self.spelled(bound), sum)
        }
    }

    /// The bound of the bucket that `seconds` fall into.
    static func bound(of seconds: Double) -> String { spelled(bounds[place(of: seconds)]) }

    private static func place(of seconds: Double) -> Int {
        bounds.firstIndex { seconds <= $0 } ?? bounds.count - 1
    }

    /// As OpenMetrics has it: `1.0` and `+Inf`.
    private static func spelled(_ bound: Double) -> String {
        bound.isFinite ? "\(bound)" : "+Inf"
    }
}
