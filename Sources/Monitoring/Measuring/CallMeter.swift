import RotationCore
public import RotationEngine
import Synchronization

/// Counts what a run asked of authorization servers, and how long they took.
///
/// Labels are types of adapters and words of ours: thousands of clients make no series more.
public final class CallMeter: Sendable {
    private let counted = Mutex<[CountedSeries: Double]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    /// A meter that has counted nothing; `now` is its clock.
    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// What was counted so far.
    public var counts: [CountedSeries: Double] { counted.withLock { $0 } }

    /// The same with the run itself, which leaves with `exitCode`.
    public func counts(endingWith exitCode: Int32) -> [CountedSeries: Double] {
        counts.merging([CountedSeries(.runs, ["exit_code": "\(exitCode)"]): 1]) { $1 }
    }

    /// A call to the admin API of a server of `type`.
    func admin<Result: Sendable>(
        _ type: String, _ operation: AdminOperation,
        _ body: () async throws(AdapterError) -> Result
    ) async throws(AdapterError) -> Result {
        let begin = now()
        do throws(AdapterError) {
            let result = try await body()
            countAdmin(type, operation, nil, since: begin)
            return result
        } catch {
            countAdmin(type, operation, error, since: begin)
            throw error
        }
    }

    /// A secret tried at the token endpoint of a server of `type`.
    func token(
        _ type: String, _ body: () async throws(AdapterError) -> AuthenticationResult
    ) async throws(AdapterError) -> AuthenticationResult {
        let begin = now()
        do throws(AdapterError) {
            let result = try await body()
            countToken(type, result.outcome, nil, since: begin)
            return result
        } catch {
            countToken(type, "failed", error, since: begin)
            throw error
        }
    }

    private func countAdmin(
        _ type: String, _ operation: AdminOperation, _ error: AdapterError?,
        since begin: ContinuousClock.Instant
    ) {
        var counts = latency(.adminDuration, type, since: begin)
        for outcome in ["done", "failed"] {
            let labels = ["type": type, "operation": operation.rawValue, "outcome": outcome]
            counts[CountedSeries(.adminCalls, labels)] =
                (outcome == "failed") == (error != nil) ? 1 : 0
        }
        if let error {
            counts[CountedSeries(.adminFailures, ["type": type, "error": error.kind.word])] = 1
        }
        add(counts)
    }

    /// The outcomes that didn't come are counted too, as 0 times: what a series begins with is no
    /// increase for who watches it.
    private func countToken(
        _ type: String, _ outcome: String, _ error: AdapterError?,
        since begin: ContinuousClock.Instant
    ) {
        var counts = latency(.tokenDuration, type, since: begin)
        for one in ["accepted", "refused", "failed"] {
            counts[CountedSeries(.tokenRequests, ["type": type, "outcome": one])] =
                one == outcome ? 1 : 0
        }
        if let error {
            counts[CountedSeries(.tokenFailures, ["type": type, "error": error.kind.word])] = 1
        }
        add(counts)
    }

    private func latency(
        _ family: MetricFamily, _ type: String, since begin: ContinuousClock.Instant
    ) -> [CountedSeries: Double] {
        let seconds = begin.duration(to: now()) / .seconds(1)
        let bound = LatencyBuckets.bound(of: seconds)
        return [
            CountedSeries(family, ["type": type, LatencyBuckets.label: bound]): 1,
            CountedSeries(family, ["type": type]): seconds,
        ]
    }

    private func add(_ counts: [CountedSeries: Double]) {
        counted.withLock { $0.merge(counts, uniquingKeysWith: +) }
    }
}

/// What is asked of an admin API.
enum AdminOperation: String, Sendable, CaseIterable {
    case identity, preflight, list, create, disable, enable, delete, presentations, scopes
}

extension CountedSeries {
    /// A series of a family.
    init(_ family: MetricFamily, _ labels: [String: String]) { self.init(family.name, labels) }
}

extension AuthenticationResult {
    fileprivate var outcome: String {
        switch self {
        case .accepted: "accepted"
        case .refused: "refused"
        }
    }
}

extension AdapterError.Kind {
    /// A word for a label.
    var word: String {
        switch self {
        case .unavailable: "unavailable"
        case .unauthorized: "unauthorized"
        case .refused: "refused"
        case .limitReached: "limit-reached"
        case .conflict: "conflict"
        case .missing: "missing"
        case .wrongTarget: "wrong-target"
        case .unknown: "unknown"
        }
    }
}
