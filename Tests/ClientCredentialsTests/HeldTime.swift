import FoundationEssentials
import Synchronization

@testable import ClientCredentials

/// A clock that stands until it is moved, or somebody sleeps: then the time is over at once.
final class HeldTime: Sendable {
    private struct State {
        var moment = ContinuousClock.now
        var pauses: [Duration] = []
        var fraction = 1.0
        var alarms: [Int: (at: ContinuousClock.Instant, bell: CheckedContinuation<Void, Never>)] =
            [:]
        var lastAlarm = 0
    }

    private let state = Mutex(State())
    private let epoch = ContinuousClock.now

    /// What was slept so far.
    var pauses: [Duration] { state.withLock { $0.pauses } }
    var now: ContinuousClock.Instant { state.withLock { $0.moment } }

    func move(_ span: Duration) {
        state.withLock { $0.moment += span }
        ring { [now] in $0 <= now }
    }

    /// What chance says from now on.
    func roll(_ fraction: Double) { state.withLock { $0.fraction = fraction } }

    var time: TokenTime {
        TokenTime(
            now: { [self] in now },
            date: { [self] in
                Date(timeIntervalSince1970: 1_800_000_000 + epoch.duration(to: now) / .seconds(1))
            },
            sleep: { [self] span in
                state.withLock { $0.pauses.append(span) }
                move(span)
            },
            // Until somebody moves the clock.
            alarm: { [self] span in await wait(until: now + span) },
            fraction: { [self] in state.withLock { $0.fraction } })
    }

    private func wait(until moment: ContinuousClock.Instant) async {
        let number = state.withLock { state in
            state.lastAlarm += 1
            return state.lastAlarm
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { bell in
                state.withLock { $0.alarms[number] = (moment, bell) }
                if Task.isCancelled { ring(number) }
                ring { [now] in $0 <= now }
            }
        } onCancel: {
            ring(number)
        }
    }

    private func ring(_ number: Int) {
        let alarm = state.withLock { $0.alarms.removeValue(forKey: number) }
        alarm?.bell.resume()
    }

    private func ring(where isDue: (ContinuousClock.Instant) -> Bool) {
        let due = state.withLock { state in
            let due = state.alarms.filter { isDue($0.value.at) }
            for number in due.keys { state.alarms[number] = nil }
            return due
        }
        for alarm in due.values { alarm.bell.resume() }
    }
}
