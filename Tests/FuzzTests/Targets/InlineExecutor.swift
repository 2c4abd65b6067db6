import Synchronization

/// Runs the jobs of one task on the thread that waits for it, so that an execution costs no hop
/// between threads.
final class InlineExecutor: TaskExecutor {
    private let jobs = Mutex<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    private func drain() {
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// What `body` returns; it must not wait for anything but its own tasks.
    static func run(_ body: @escaping @Sendable () async -> String?) -> String? {
        let executor = InlineExecutor()
        let result = Answer()
        Task(executorPreference: executor) {
            let answer = await body()
            result.value.withLock { $0 = .some(answer) }
        }
        executor.drain()
        return result.value.withLock { $0 } ?? "it waits for something"
    }

    private final class Answer: Sendable {
        let value = Mutex<String??>(nil)
    }
}
