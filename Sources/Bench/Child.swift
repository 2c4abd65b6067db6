import Foundation

/// A program that was run to its end, and what the kernel says that it cost.
struct Child {
    let output: String
    let complaint: String
    let code: Int32
    /// Milliseconds from before the start to after the end.
    let wall: Double
    /// Milliseconds of CPU in the program itself.
    let user: Double
    /// Milliseconds of CPU in the kernel on its behalf.
    let system: Double
    /// MiB.
    let peak: Double

    /// Runs `program`; ended by force after `limit` seconds.
    static func run(
        _ program: String, _ arguments: [String], _ environment: [String: String],
        in scratch: Scratch, input: String? = nil, limit: Int = 120
    ) throws -> Child {
        let files = ["in", "out", "err"].map { "\(scratch.path)/child.\($0)" }
        try (input ?? "").write(toFile: files[0], atomically: false, encoding: .utf8)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
        for (descriptor, file) in zip([Int32(1), 2], files.dropFirst()) {
            posix_spawn_file_actions_addopen(
                &actions, descriptor, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        }
        let words = CStrings([program] + arguments)
        let settings = CStrings(environment.map { "\($0)=\($1)" })
        defer {
            words.free()
            settings.free()
        }
        var pid = pid_t()
        let start = ContinuousClock.now
        let error = posix_spawnp(&pid, program, &actions, nil, words.pointers, settings.pointers)
        guard error == 0 else {
            throw Failure("\(program): \(String(cString: strerror(error)))")
        }
        scratch.began(pid)
        let (status, usage) = wait(for: pid, limit: limit)
        scratch.ended(pid)
        let took = start.duration(to: .now)
        let cpu = [usage.ru_utime, usage.ru_stime].map {
            Double($0.tv_sec) * 1_000 + Double($0.tv_usec) / 1_000
        }
        return Child(
            output: (try? String(contentsOfFile: files[1], encoding: .utf8)) ?? "",
            complaint: (try? String(contentsOfFile: files[2], encoding: .utf8)) ?? "",
            code: status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F),
            wall: took / .milliseconds(1), user: cpu[0], system: cpu[1],
            peak: Double(usage.ru_maxrss) / 1_024)
    }

    /// Milliseconds of CPU, user and system.
    var processor: Double { user + system }

    private static func wait(for pid: pid_t, limit: Int) -> (Int32, rusage) {
        let killer = DispatchWorkItem { kill(pid, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit), execute: killer)
        defer { killer.cancel() }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 && errno == EINTR {}
        return (status, usage)
    }
}

/// What keeps the benchmark from going on, in words.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}

/// A list of C strings with a null pointer behind it.
private struct CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

    func free() { for pointer in pointers { Foundation.free(pointer) } }
}
