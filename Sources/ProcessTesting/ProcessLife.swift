import Foundation
import Synchronization

/// Whether a child still runs, and who waits for its end.
///
/// A process id is only signalled while the process is not reaped, so that no stranger that got the
/// same number is hit.
final class ProcessLife: Sendable {
    private struct State {
        var ending: SpawnedProcess.Ending?
        var waiting: [CheckedContinuation<SpawnedProcess.Ending, Never>] = []
    }

    private let state = Mutex(State())

    var ending: SpawnedProcess.Ending? { state.withLock { $0.ending } }

    func signal(_ pid: pid_t, _ signal: Int32) {
        state.withLock { if $0.ending == nil { kill(pid, signal) } }
    }

    /// Blocks its thread until the process is over.
    func reap(_ pid: pid_t) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (ending, waiting) = state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            let ending: SpawnedProcess.Ending =
                signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
            state.ending = ending
            defer { state.waiting = [] }
            return (ending, state.waiting)
        }
        waiting.forEach { $0.resume(returning: ending) }
    }

    func wait() async -> SpawnedProcess.Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }
}
