import CCurl
import Synchronization

/// What callers leave for the network thread.
final class Mailbox: Sendable {
    enum Order: Sendable {
        case start(Assignment)
        case cancel(UInt64)
    }

    private struct State {
        var orders: [Order] = []
        var isClosed = false
        var lastID: UInt64 = 0
        /// The multi handle's address while the thread may be asleep in it.
        var sleeper: UInt?

        func wake() {
            guard let sleeper, let multi = UnsafeMutableRawPointer(bitPattern: sleeper) else {
                return
            }
            curl_multi_wakeup(multi)
        }
    }

    private let state = Mutex(State())

    func nextID() -> UInt64 {
        state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
    }

    /// Leaves `order`; false where the client is closed and nobody will read it.
    func post(_ order: Order) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.orders.append(order)
            // A mailbox that isn't empty has woken the thread already.
            if state.orders.count == 1 { state.wake() }
            return true
        }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.wake()
        }
    }

    /// Everything that was left since the last call.
    func take() -> (orders: [Order], isClosed: Bool) {
        state.withLock { state in
            let orders = state.orders
            state.orders = []
            return (orders, state.isClosed)
        }
    }

    /// Says in which multi handle the thread sleeps; nil before that handle is freed.
    func setSleeper(_ address: UInt?) {
        state.withLock { $0.sleeper = address }
    }
}
