import FoundationEssentials
import Synchronization

/// Clock, calendar, sleep and chance, so that a test can hold them.
package struct TokenTime: Sendable {
    /// A clock that nobody can set, and that goes on while the machine sleeps.
    var now: @Sendable () -> ContinuousClock.Instant = { .now }
    /// The wall clock, for what is dated.
    var date: @Sendable () -> Date = { Date() }
    /// Returns after the time, or once the task is cancelled.
    var sleep: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    /// The same, for those who wait for something else and have enough then.
    var alarm: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    /// From 0 to 1, at random.
    var fraction: @Sendable () -> Double = { .random(in: 0..<1) }
}

extension TokenTime {
    /// The real ones.
    package static let real = TokenTime()

    /// What `work` comes to; nil where that takes longer than `patience`.
    ///
    /// Work that is late is cancelled, and nobody waits for it any more.
    package func result<Value: Sendable>(
        within patience: Duration, of work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let race = Race<Value>()
        let runner = Task { race.end(with: await work()) }
        let watcher = Task {
            await alarm(patience)
            race.end(with: nil)
        }
        defer {
            runner.cancel()
            watcher.cancel()
        }
        return await withCheckedContinuation { race.wait($0) }
    }
}

/// Of two who come, the first one counts.
private final class Race<Value: Sendable>: Sendable {
    private enum Course {
        case open
        case awaited(CheckedContinuation<Value?, Never>)
        case over(Value?)
    }

    private let course = Mutex(Course.open)

    func wait(_ caller: CheckedContinuation<Value?, Never>) {
        let result = course.withLock { course -> Value?? in
            if case .over(let value) = course { return value }
            course = .awaited(caller)
            return nil
        }
        if let result { caller.resume(returning: result) }
    }

    func end(with value: Value?) {
        let caller = course.withLock { course -> CheckedContinuation<Value?, Never>? in
            switch course {
            case .over: return nil
            case .open:
                course = .over(value)
                return nil
            case .awaited(let caller):
                course = .over(value)
                return caller
            }
        }
        caller?.resume(returning: value)
    }
}
