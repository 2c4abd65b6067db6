import CoreFoundation  // for `stat`, which is one module's or the other's
import Foundation
import Glibc

/// A command that somebody wants run.
struct ChildCommand {
    /// How it ended.
    enum Ending {
        case exited(Int32)
        case signalled(Int32)
    }

    private let path: [UInt8]
    private let words: [[UInt8]]
    var environment: ByteEnvironment

    /// Looks it up in the environment's PATH, as a shell does; throws where it isn't there.
    init(_ words: [[UInt8]], environment: ByteEnvironment) throws {
        let name = words.first ?? []
        let searched = environment["PATH"] ?? Array("/usr/local/bin:/usr/bin:/bin".utf8)
        let slash = UInt8(ascii: "/")
        let places =
            name.contains(slash)
            ? [name] : searched.split(separator: UInt8(ascii: ":")).map { $0 + [slash] + name }
        guard let path = places.first(where: Self.isExecutable) else {
            throw Self.notRun(name, "there is no such command, or it may not be executed")
        }
        (self.path, self.words, self.environment) = (path, words, environment)
    }

    /// The last `count` words of what this process was started with, as they came.
    static func typed(last count: Int) -> [[UInt8]] {
        let words = UnsafeBufferPointer(
            start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
        return words.suffix(count).compactMap { word in
            word.map { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        }
    }

    private static func isExecutable(_ path: [UInt8]) -> Bool {
        path.withCString { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
                && access(path, X_OK) == 0
        }
    }

    private static func notRun(_ name: [UInt8], _ reason: String) -> Problem {
        let name = String(decoding: name, as: UTF8.self)
        return Problem(
            .usage, code: "command-not-run", "\(name): \(reason)", state: "the command wasn't run",
            hint: "name a program, or its path, behind --")
    }

    /// Takes this process's place; returns only where that can't be done, with the reason.
    func takeOver() -> Problem {
        withVectors { arguments, variables in
            Inheritance.own.restore()
            _ = path.withCString { execve($0, arguments, variables) }
            let code = errno
            Inheritance.own.tighten()
            return Self.notRun(words.first ?? [], String(cString: strerror(code)))
        }
    }

    /// Runs it as a child to its end, passing on what signals this process got since
    /// ``SignalRelay/begin()``.
    func run() throws -> Ending {
        var pid: pid_t = 0
        let code = withVectors { arguments, variables in
            Inheritance.own.restore()
            defer { Inheritance.own.tighten() }
            return path.withCString { posix_spawn(&pid, $0, nil, nil, arguments, variables) }
        }
        guard code == 0 else {
            throw Self.notRun(words.first ?? [], String(cString: strerror(code)))
        }
        SignalRelay.lead(to: pid)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        // wait(2): the low seven bits are the signal, the second byte is the exit code.
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    private typealias Vector = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    private func withVectors<Result>(_ body: (Vector, Vector) -> Result) -> Result {
        var arguments = words.map { $0.withCString { strdup($0) } } + [nil]
        var variables = environment.entries.map { $0.withCString { strdup($0) } } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        return arguments.withUnsafeMutableBufferPointer { arguments in
            variables.withUnsafeMutableBufferPointer { variables in
                // Neither is empty: both end with nil.
                guard let first = arguments.baseAddress, let second = variables.baseAddress else {
                    preconditionFailure("a vector without its end")
                }
                return body(first, second)
            }
        }
    }
}

extension ChildCommand.Ending {
    /// Ends this process in the same way.
    func repeatHere() -> Never {
        switch self {
        case .exited(let code): exit(code)
        case .signalled(let number):
            signal(number, SIG_DFL)
            var all = sigset_t()
            sigemptyset(&all)
            pthread_sigmask(SIG_SETMASK, &all, nil)
            kill(getpid(), number)
            // What a shell says of it, should the signal not end this process.
            exit(128 + number)
        }
    }
}

extension [UInt8] {
    /// What a call of the system takes for a text; bytes from there have no zero in them.
    fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let ended = map { CChar(bitPattern: $0) } + [0]
        return ended.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { preconditionFailure("a text without an end") }
            return body(start)
        }
    }
}
