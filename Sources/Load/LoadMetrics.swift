import Metrics
import Synchronization

/// Keeps what a provider tells: the counters' sums, and each state of its breaker.
final class LoadMetrics: MetricsFactory {
    private let sums = Mutex<[String: Counted]>([:])
    private let states = Told()

    /// A counter's sum; `word` is the last of its labels.
    func sum(_ name: String, _ word: String? = nil) -> Int64 {
        let key = Self.key(name, word)
        return sums.withLock { $0[key]?.value ?? 0 }
    }

    /// How often the breaker was told to be in a state: 0 closed, 2 open.
    func told(_ state: Int64) -> Int { states.values.count { $0 == state } }

    private static func key(_ name: String, _ word: String?) -> String {
        "client_credentials_\(name) \(word ?? "")"
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let word = dimensions.last { $0.0 != "endpoint" }?.1 ?? ""
        return sums.withLock { sums in
            let counted = sums["\(label) \(word)"] ?? Counted()
            sums["\(label) \(word)"] = counted
            return counted
        }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool)
        -> any RecorderHandler
    {
        label == "client_credentials_breaker_state" ? states : Told()
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        NOOPMetricsHandler.instance
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Counted: CounterHandler, Sendable {
        private let sum = Atomic<Int64>(0)

        var value: Int64 { sum.load(ordering: .relaxed) }
        func increment(by amount: Int64) { sum.wrappingAdd(amount, ordering: .relaxed) }
        func reset() { sum.store(0, ordering: .relaxed) }
    }

    private final class Told: RecorderHandler, Sendable {
        private let all = Mutex<[Int64]>([])

        var values: [Int64] { all.withLock { $0 } }
        func record(_ value: Int64) { all.withLock { $0.append(value) } }
        func record(_ value: Double) { record(Int64(value)) }
    }
}
