import Dispatch
import Glibc

/// The signals that mean something to a consumer, as a sequence.
///
/// Waiting for blocked signals doesn't work here: Swift's main queue keeps a thread that takes them
/// all.
final class Signals {
    /// Every signal from now on; bursts of one signal may come as one.
    let arriving: AsyncStream<CInt>
    private let sources: [any DispatchSourceSignal]

    init() {
        // Until the source is there, a reload that comes too early must not end the process. The
        // other two may.
        signal(SIGHUP, SIG_IGN)
        let (stream, sink) = AsyncStream<CInt>.makeStream()
        arriving = stream
        sources = [SIGHUP, SIGINT, SIGTERM].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal)
            source.setEventHandler { sink.yield(signal) }
            source.resume()
            return source
        }
    }
}
