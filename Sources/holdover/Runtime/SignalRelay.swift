import Glibc
import Synchronization

/// Passes signals that this process gets on to its one child.
///
/// What a terminal sends goes to both already, and isn't sent twice.
enum SignalRelay {
    private static let child = Atomic<Int32>(0)
    /// What came before there was a child.
    private static let early = Atomic<Int32>(0)
    /// All that would end this process and that somebody sends: not what a fault of its own raises
    /// (SIGSEGV and the like), nor SIGKILL, which nobody can catch.
    private static let passed =
        [
            SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
            SIGXCPU, SIGXFSZ, SIGIO, SIGPWR, SIGSTKFLT,
        ] + Array(__libc_current_sigrtmin()...__libc_current_sigrtmax())

    /// From now on signals wait for a child, and don't end this process.
    static func begin() {
        // Made before a handler may need them: that may not be done inside of one.
        early.store(child.load(ordering: .relaxed), ordering: .relaxed)
        // Who starts this may have ignored it, and then nobody reaps.
        signal(SIGCHLD, SIG_DFL)
        var action = sigaction()
        action.__sigaction_handler.sa_sigaction = { number, info, _ in
            let isFromTerminal = info.map { $0.pointee.si_code > 0 } ?? false
            guard !isFromTerminal else { return }
            let pid = SignalRelay.child.load(ordering: .sequentiallyConsistent)
            if pid > 0 {
                kill(pid, number)
            } else {
                SignalRelay.early.store(number, ordering: .sequentiallyConsistent)
            }
        }
        action.sa_flags = SA_SIGINFO | SA_RESTART
        for number in passed {
            var present = sigaction()
            sigaction(number, nil, &present)
            // `nohup` means both.
            if Inheritance.isIgnored(present.__sigaction_handler.sa_handler) { continue }
            sigaction(number, &action, nil)
        }
    }

    /// The child that they go to.
    static func lead(to pid: pid_t) {
        child.store(pid, ordering: .sequentiallyConsistent)
        let number = early.load(ordering: .sequentiallyConsistent)
        if number != 0 { kill(pid, number) }
    }
}
