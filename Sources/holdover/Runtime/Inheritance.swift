import Foundation

/// What this process was started with and changes for itself, so that a command which it starts
/// gets it back.
struct Inheritance: Sendable {
    /// This process's; tightened by the first look at it.
    static let own = Inheritance()

    private let mask: mode_t
    private let core: rlimit
    private let ignoresPipes: Bool
    private let files: Set<Int32>

    private init() {
        ignoresPipes = Self.isIgnored(signal(SIGPIPE, SIG_IGN))
        mask = umask(0o077)
        var core = rlimit()
        getrlimit(Self.coreLimit, &core)
        self.core = core
        files = Self.openFiles()
        Self.closeGaps(in: files)
        tighten()
    }

    private static var coreLimit: __rlimit_resource_t {
        __rlimit_resource_t(RLIMIT_CORE.rawValue)
    }

    /// A secret must not end up in a core dump, nor in a file that others may read.
    func tighten() {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: core.rlim_max)
        setrlimit(Self.coreLimit, &none)
    }

    /// What is open now; the listing itself isn't any more.
    private static func openFiles() -> Set<Int32> {
        let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        return Set((names ?? []).compactMap { Int32($0) }.filter { fcntl($0, F_GETFD) >= 0 })
    }

    /// Takes the numbers of the standard streams that are closed, so that no file and no connection
    /// gets one, and with it what was meant for people.
    ///
    /// What holds them can't be used: writing to standard output fails as it did before.
    private static func closeGaps(in files: Set<Int32>) {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where !files.contains(number) {
            // The lowest free number is the one that is given out.
            _ = open("/dev/null", (number == STDIN_FILENO ? O_WRONLY : O_RDONLY) | O_CLOEXEC)
        }
    }

    /// As it was at the start, for a command that takes this process's place or is its child.
    ///
    /// It inherits what files this process was given, and none that it opened: connections.
    /// No signal is blocked in the calling thread any more, as none is where a command starts.
    func restore() {
        if !ignoresPipes { signal(SIGPIPE, SIG_DFL) }
        umask(mask)
        var core = core
        setrlimit(Self.coreLimit, &core)
        for file in Self.openFiles().subtracting(files) { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
    }

    /// Whether a signal that is handled so is ignored.
    static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        // SIG_IGN is the address 1, and functions can't be compared.
        unsafeBitCast(handler, to: Int.self) == 1
    }
}
