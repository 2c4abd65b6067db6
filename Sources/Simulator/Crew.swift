import Foundation
import RotationTesting
import Synchronization

/// Threads that share work out among themselves, each with an executor of its own.
struct Crew {
    let jobs: Int

    /// Does `work` with each item, and tells what came of it in the order in which it did.
    ///
    /// No further item is begun once `isOver` says so.
    func work<Item: Sendable, Result: Sendable>(
        through items: [Item], isOver: @Sendable () -> Bool = { false },
        tell: @Sendable (Result) -> Void, work: @escaping @Sendable (Item) async -> Result
    ) {
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: jobs) { _ in
            let executor = SerialExecutor()
            while !isOver() {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < items.count else { return }
                let item = items[number]
                tell(executor.run { await work(item) })
            }
        }
    }
}
