import Foundation
import RotationCore
import Testing

@testable import Adapters

@Suite struct ExecHookTests {
    private let scratch: ScratchDirectory
    private let context = ReloadContext(
        client: ClientName(rawValue: "billing"), rotation: RotationID(rawValue: "r1"),
        phase: .reload, since: Instant(milliseconds: 0))

    init() throws { scratch = try ScratchDirectory() }

    private func hook(_ script: String, timeout: String = "10s") throws -> ExecHook {
        try ExecHook(
            .of(
                "exec",
                [
                    "command": .list(["/bin/sh", "-c", .text(script), "sh", .text(scratch.path)]),
                    "timeout": .text(timeout),
                ]))
    }

    @Test func `the environment is clean but for what the hook is told`() async throws {
        try await hook("env | sort > $1/env").reload(context)
        let lines = try scratch.read("env").split(separator: "\n")
        let names = Set(lines.compactMap { $0.split(separator: "=").first.map(String.init) })
        #expect(
            names.isSubset(of: [
                "HOLDOVER_CLIENT", "HOLDOVER_ROTATION", "HOLDOVER_PHASE", "PATH", "PWD", "SHLVL",
                "_",
                "OLDPWD",
            ]))
        #expect(lines.contains("HOLDOVER_CLIENT=billing"))
        #expect(lines.contains("HOLDOVER_ROTATION=r1"))
        #expect(lines.contains("HOLDOVER_PHASE=reload"))
        #expect(lines.contains("PATH=/usr/bin:/bin:/usr/sbin:/sbin"))
    }

    @Test func `no file of this process is left open in the hook`() async throws {
        let secret = try scratch.write("secret", to: "s")
        let handle = try #require(FileHandle(forReadingAtPath: secret))
        defer { try? handle.close() }
        try await hook("readlink /proc/$$/fd/* > $1/fds || true").reload(context)
        #expect(!(try scratch.read("fds")).contains(secret))
    }

    @Test func `a failure is told in the hook's own words, escaped`() async throws {
        let error = await adapterError {
            try await hook(#"printf 'no such unit\033[2J' >&2; exit 3"#).reload(context)
        }
        // What ran may have done a part of it.
        #expect(error?.kind == .unknown)
        #expect(error?.code == "exec-failed")
        #expect(error?.message == "exec: /bin/sh: exit status 3: no such unit\\u{1b}[2J")
    }

    @Test func `a hook that prints without end neither blocks nor fills the memory`() async throws {
        let error = await adapterError {
            try await hook(
                "head -c 5000000 /dev/zero | tr '\\0' x; head -c 5000000 /dev/zero >&2; exit 1"
            )
            .reload(context)
        }
        #expect(error?.code == "exec-failed")
        #expect((error?.message.count ?? 0) < 300)
    }

    @Test func `at the deadline the hook and its children are killed`() async throws {
        let started = ContinuousClock.now
        let error = await adapterError {
            try await hook(
                "trap '' TERM; sleep 300 & echo $! > $1/child; echo $$ > $1/leader; wait",
                timeout: "700ms"
            ).reload(context)
        }
        #expect(error?.kind == .unknown)
        #expect(error?.message == "exec: /bin/sh: still running at its deadline")
        #expect(started.duration(to: .now) < .seconds(60))
        for name in ["child", "leader"] {
            let pid = try #require(Int32(try scratch.read(name).trimmingCharacters(in: .newlines)))
            try await waitUntil { !Self.isRunning(pid) }
        }
    }

    @Test func `a child that goes on in the background does not hold the hook up`() async throws {
        try await hook("sleep 600 & echo $! > $1/child").reload(context)
        let pid = try #require(Int32(try scratch.read("child").trimmingCharacters(in: .newlines)))
        // The child still sleeps, so nobody waited for it.
        #expect(Self.isRunning(pid))
        kill(pid, SIGKILL)
    }

    @Test func `a command that isn't there is a failure that may pass`() async throws {
        let hook = try ExecHook(.of("exec", ["command": .list(["/nowhere/command"])]))
        let error = await adapterError { try await hook.reload(context) }
        #expect(error?.message == "exec: /nowhere/command: could not be started")
        #expect(error?.kind == .unavailable(retryAfter: nil))
    }

    @Test(
        arguments: [
            [:], ["command": .list([])], ["command": .list(["relative/command"])],
            ["command": "/bin/true"], ["command": .list(["/bin/true"]), "timeout": "0s"],
        ] as [[String: SettingValue]])
    func `settings that don't fit are refused`(values: [String: SettingValue]) {
        #expect(throws: AdapterError.self) { try ExecHook(.of("exec", values)) }
    }

    /// A zombie doesn't run.
    private static func isRunning(_ pid: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = status.lastIndex(of: ")")
        else { return false }
        return !status[end...].hasPrefix(") Z")
    }
}
