import Dispatch
import Synchronization

/// Runs everything that is preferred on it on one thread, in the order in which it became ready.
///
/// With it, a simulation is a function of its seed, and no thread waits for another.
public final class SerialExecutor: TaskExecutor {
    private let ready = Mutex<[UnownedJob]>([])
    private let signal = DispatchSemaphore(value: 0)

    /// An executor that nobody drives yet.
    public init() {}

    /// Queues a job.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        ready.withLock { $0.append(job) }
        signal.signal()
    }

    /// Drives `body` and everything that it awaits on this thread, until it is done.
    public func run<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) -> Result {
        let answer = Mutex<Result?>(nil)
        Task(executorPreference: self) {
            let result = await body()
            answer.withLock { $0 = result }
        }
        while true {
            if let result = answer.withLock({ $0 }) { return result }
            signal.wait()
            for job in take() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    private func take() -> [UnownedJob] {
        ready.withLock { jobs in
            defer { jobs = [] }
            return jobs
        }
    }
}
