import Dispatch
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP: the first ends the demonstration in order, later ones do nothing.
final class Interruptions: Sendable {
    private let first = Atomic<CInt>(0)

    /// Listens from now on, and calls `act` once.
    init(_ act: @escaping @Sendable () -> Void) {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            // The source lives as long as the process: its handler holds it.
            source.setEventHandler { [self] in
                withExtendedLifetime(source) {
                    let (isFirst, _) = first.compareExchange(
                        expected: 0, desired: number, ordering: .relaxed)
                    if isFirst { act() }
                }
            }
            source.resume()
        }
    }

    /// What a shell expects of a program that a signal ended; nil where none came.
    var exitCode: CInt? {
        let number = first.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}
