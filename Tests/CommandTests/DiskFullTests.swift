import Foundation
import ProcessTesting
import Testing

/// Disks without space, as small file systems in memory.
@Suite(.enabled(if: geteuid() == 0, "mounting a file system takes root"))
struct DiskFullTests {
    @Test func `a full state directory stops everything until there is space`() async throws {
        try await Stage.open { stage in
            let small = try await SmallDisk(at: stage.bench.directory("small"), on: stage.bench)
            let state = ["HOLDOVER_STATE_DIR": "\(small.path)/state"]
            let made = try await stage.run("init", environment: state)
            #expect(made.exit == 0, "\(made)")
            let started = try await stage.run("start", "billing", environment: state)
            #expect(started.exit == 0, "\(started)")
            let first = try await stage.run(
                "run", "--wait", "30s", "--until", "generate", environment: state)
            #expect(first.exit == 0, "\(first)")
            try small.fill()
            let outcome = try await stage.run("run", "--wait", "30s", environment: state)
            outcome.expect(exit: 12, "disk-full")
            try await stage.expectBothAccepted()
            try small.free()
            let last = try await stage.run("run", "--wait", "30s", environment: state)
            #expect(last.exit == 0, "\(last)")
            let history = try await stage.run("history", environment: state)
            #expect(history.output.contains("completed"), "\(history)")
            let status = try await stage.server.tokenStatus(
                .okta, Stage.client, try stage.stored())
            #expect(status == 200)
            #expect(try await stage.consumer.stop().failed == 0)
            await small.unmount()
        }
    }

    @Test func `a disk that fills up while a secret is made costs no secret`() async throws {
        try await Stage.open(.keycloak) { stage in
            let small = try await SmallDisk(at: stage.bench.directory("small"), on: stage.bench)
            let state = ["HOLDOVER_STATE_DIR": "\(small.path)/state"]
            #expect(try await stage.run("init", environment: state).exit == 0)
            #expect(try await stage.run("start", "billing", environment: state).exit == 0)
            try await stage.server.fault(
                "slow", method: "POST", path: ".*client-secret", more: #","ms":3000,"when":"after""#
            )
            let run = try stage.holdover.spawn(
                ["run", "--wait", "30s", "--until", "generate"], environment: state)
            let isMade = try await eventually(within: .seconds(20)) {
                try await stage.server.client(Stage.client).live.count == 2
            }
            #expect(isMade)
            try small.fill()
            let outcome = try await stage.holdover.outcome(of: run, ["run"])
            #expect(outcome.exit == 0, "\(outcome)")
            let ballast = "\(small.path)/state/holdover.ballast"
            #expect(!FileManager.default.fileExists(atPath: ballast), "it was not needed")
            try small.free()
            let last = try await stage.run("run", "--wait", "30s", environment: state)
            #expect(last.exit == 0, "\(last)")
            #expect(FileManager.default.fileExists(atPath: ballast))
            let history = try await stage.run("history", environment: state)
            #expect(history.output.contains("completed"), "\(history)")
            #expect(try await stage.consumer.stop().failed == 0)
            await small.unmount()
        }
    }

    @Test func `a full store is tried again and keeps what it holds`() async throws {
        try await Workbench.open { bench in
            let small = try await SmallDisk(at: bench.directory("small"), on: bench)
            let path = "\(small.path)/secret"
            try await Stage.open(plan: { plan, _ in plan.stores.append(PlanText.file(path)) }) {
                stage in
                try Data(stage.old.utf8).write(to: URL(fileURLWithPath: path))
                try await stage.begin(until: "generate")
                try small.fill()
                let outcome = try await stage.run("run")
                outcome.expect(exit: 75, "store-unavailable", saying: "space")
                #expect(try String(contentsOfFile: path, encoding: .utf8) == stage.old)
                try await stage.expectBothAccepted()
                try small.free()
                try await stage.expectCompletion()
                #expect(try String(contentsOfFile: path, encoding: .utf8) == stage.stored())
            }
            await small.unmount()
        }
    }
}

/// A file system of less than a megabyte.
struct SmallDisk: Sendable {
    let path: String
    let bench: Workbench
    private var filler: String { "\(path)/filler" }

    struct NotMounted: Error {}

    init(at path: String, on bench: Workbench) async throws {
        (self.path, self.bench) = (path, bench)
        let mount = try bench.spawn(
            "mount", "/bin/mount", ["-t", "tmpfs", "-o", "size=900k,mode=0700", "tmpfs", path])
        guard await mount.wait() == .exited(0) else { throw NotMounted() }
    }

    /// Writes until nothing more fits.
    func fill() throws {
        let file = open(filler, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4_096)
        while write(file, block, block.count) > 0 {}
        #expect(errno == ENOSPC)
    }

    func free() throws { try FileManager.default.removeItem(atPath: filler) }

    func unmount() async {
        let unmount = try? bench.spawn("umount", "/bin/umount", ["-l", path])
        await unmount?.wait()
    }
}
