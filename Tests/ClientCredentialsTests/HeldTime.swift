import FoundationEssentials
import Synchronization

@testable import ClientCredentials

/// A clock that stands until it is moved, or somebody sleeps: then the time is over at once.
final class HeldTime: Sendable {
    private struct State {
        var moment = ContinuousClock.now
        var pauses: [Duration] = []
        var fraction = 1.0
    }

    private let state = Mutex(State())
    private let epoch = ContinuousClock.now

    /// What was slept so far.
    var pauses: [Duration] { state.withLock { $0.pauses } }
    var now: ContinuousClock.Instant { state.withLock { $0.moment } }

    func move(_ span: Duration) { state.withLock { $0.moment += span } }

    /// What chance says from now on.
    func roll(_ fraction: Double) { state.withLock { $0.fraction = fraction } }

    var time: TokenTime {
        TokenTime(
            now: { [self] in now },
            date: { [self] in
                Date(timeIntervalSince1970: 1_800_000_000 + epoch.duration(to: now) / .seconds(1))
            },
            sleep: { [self] span in
                state.withLock {
                    $0.moment += span
                    $0.pauses.append(span)
                }
            },
            // Until somebody moves the clock.
            alarm: { [self] span in
                let end = now + span
                while now < end, !Task.isCancelled { await Task.yield() }
            },
            fraction: { [self] in state.withLock { $0.fraction } })
    }
}
