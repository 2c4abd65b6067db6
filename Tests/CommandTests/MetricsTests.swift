import Foundation
import ProcessTesting
import Testing

/// What there is to watch: printed, and left in a file by runs.
struct MetricsTests {
    /// The value of a series, spelled as it stands in a text.
    private func value(_ series: String, in text: String) -> Double? {
        text.split(separator: "\n").first { $0.hasPrefix("\(series) ") }
            .flatMap { Double($0.dropFirst(series.count + 1)) }
    }

    private func counters(in text: String) -> [String: Double] {
        let series = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            line.lastIndex(of: " ").map { place in
                (String(line[..<place]), Double(line[line.index(after: place)...]) ?? -1)
            }
        }
        return Dictionary(series) { $1 }.filter { name, _ in
            ["_total", "_bucket", "_sum", "_count"].contains { ending in
                name.prefix { $0 != "{" }.hasSuffix(ending)
            }
        }
    }

    @Test func `metrics follow a rotation, and never tell a secret`() async throws {
        try await Stage.open(plan: { plan, _ in
            plan.set("overlap: 1m")
            plan.set("schedule: {every: 30d}")
        }) { stage in
            try await stage.begin()
            let waiting = try await stage.run("run", "--wait", "20s", "--until", "distribute")
            #expect(waiting.exit == 0, "\(waiting)")
            try await stage.succeed("run")
            let text = try await stage.succeed("metrics").output
            #expect(text.hasSuffix("\n# EOF\n"))
            #expect(value(#"holdover_build_info{version="0.1.0"}"#, in: text) == 1)
            let age = value(#"holdover_secret_age_seconds{client="billing"}"#, in: text)
            #expect((0...300).contains(age ?? -1), "\(text)")
            #expect(
                value(#"holdover_secret_period_seconds{client="billing"}"#, in: text) == 2_592_000)
            #expect(value(#"holdover_secret_overdue{client="billing"}"#, in: text) == 0)
            #expect(text.contains(#"holdover_rotation_phase_age_seconds{client="billing","#))
            #expect(text.contains(#"state="running",phase="adopt","#) || text.contains("overlap"))
            let accepted = #"holdover_token_requests_total{type="okta",outcome="accepted"}"#
            #expect((value(accepted, in: text) ?? 0) >= 2, "\(text)")
            #expect(
                value(
                    #"holdover_admin_calls_total{type="okta",operation="create",outcome="done"}"#,
                    in: text) == 1)
            #expect(value(#"holdover_runs_total{exit_code="0"}"#, in: text) == 2)
            #expect(value("holdover_last_run_exit_code", in: text) == 0)
            for secret in [stage.old, try stage.stored()] + stage.server.adminSecrets.values {
                #expect(!text.contains(secret))
            }
            try await stage.succeed("rollback", "billing", "--reason", "test")
            try await stage.succeed("run", "--wait", "30s")
            let after = try await stage.succeed("metrics").output
            #expect(value("holdover_rotations_abandoned_total", in: after) == 1)
            #expect(!after.contains("holdover_rotation_phase_age_seconds{"))
        }
    }

    @Test func `looking needs no key and works while a run is in progress`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 1m") }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "10m"])
            try await stage.waitFor(phase: "overlap")
            try FileManager.default.removeItem(atPath: stage.bench.keyPath)
            for arguments in [["metrics"], ["metrics", "--prometheus"]] {
                let outcome = try await stage.holdover.run(arguments)
                #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(outcome)")
                #expect(outcome.output.contains(#"phase="overlap",reason="overlap"} "#))
            }
            #expect(run.ending == nil)
            await run.end()
        }
    }

    @Test func `counters only grow from one run to the next`() async throws {
        try await Stage.open { stage in
            var last: [String: Double] = [:]
            for _ in 1...2 {
                try await stage.succeed("start", Stage.client)
                for _ in 1...2 {
                    try await stage.succeed("run", "--wait", "30s")
                    let now = counters(in: try await stage.succeed("metrics").output)
                    for (series, value) in last {
                        #expect((now[series] ?? -1) >= value, "\(series)")
                    }
                    last = now
                }
            }
            #expect(last["holdover_rotations_completed_total"] == 2)
            #expect(last[#"holdover_runs_total{exit_code="0"}"#] == 4)
            let create = #"{type="okta",operation="create",outcome="done"}"#
            #expect(last["holdover_admin_calls_total\(create)"] == 2)
        }
    }

    @Test func `a run leaves what it came to in a file, a failed one too`() async throws {
        try await Stage.open { stage in
            let path = stage.bench.at("holdover.prom")
            let file = ["HOLDOVER_METRICS_FILE": path]
            try await stage.begin()
            let good = try await stage.run("run", "--wait", "30s", "--metrics-file", path)
            #expect(good.exit == 0 && good.errors.isEmpty, "\(good)")
            let first = try stage.bench.read("holdover.prom")
            #expect(
                first.contains("# TYPE holdover_runs_total counter\n") && !first.contains("EOF"))
            #expect(value("holdover_last_run_exit_code", in: first) == 0)
            #expect(value("holdover_rotations_completed_total", in: first) == 1)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o644)

            // Without the key nothing can be recorded in the journal, but all the same told.
            let key = try String(contentsOfFile: stage.bench.keyPath, encoding: .utf8)
            try FileManager.default.removeItem(atPath: stage.bench.keyPath)
            try await stage.run("run", environment: file).expect(exit: 12, "seal-key-missing")
            let second = try stage.bench.read("holdover.prom")
            #expect(value("holdover_last_run_exit_code", in: second) == 12)
            #expect(value(#"holdover_runs_total{exit_code="12"}"#, in: second) == 1)
            #expect(value("holdover_journal_readable", in: second) == 1)
            let success = "holdover_last_run_success_timestamp_seconds"
            #expect(value(success, in: first) == value(success, in: second))
            #expect(value(success, in: first) != nil)

            try stage.bench.write(key, to: "key/seal.key")
            try await stage.succeed("start", Stage.client)
            try await stage.succeed("hold", Stage.client, "--reason", "test")
            try await stage.run("run", environment: file).expect(exit: 20, "by-operator")
            let third = try stage.bench.read("holdover.prom")
            #expect(value("holdover_last_run_exit_code", in: third) == 20)
            #expect(
                value(#"holdover_rotations{state="held",reason="by-operator"}"#, in: third) == 1)
            let printed = try await stage.succeed("metrics").output
            #expect(value("holdover_last_run_exit_code", in: printed) == 20)
            #expect(value(success, in: printed) == value(success, in: first))
        }
    }

    @Test func `a held rotation hides no wrong plan, though the exit code does`() async throws {
        try await Stage.open { stage in
            let file = ["HOLDOVER_METRICS_FILE": stage.bench.at("holdover.prom")]
            try await stage.begin()
            try await stage.succeed("hold", Stage.client, "--reason", "test")
            try stage.bench.write("client: other", to: "plans/other.yaml")
            let run = try await stage.run("run", environment: file)
            #expect(run.exit == 20, "\(run)")
            let text = try stage.bench.read("holdover.prom")
            #expect(value("holdover_plans_wrong", in: text) == 1)
            #expect(value("holdover_rotations_failed", in: text) == 0)
            // Cut off before it looked, a run knows nothing new of plans.
            let key = try String(contentsOfFile: stage.bench.keyPath, encoding: .utf8)
            try FileManager.default.removeItem(atPath: stage.bench.keyPath)
            _ = try await stage.run("run", environment: file)
            let blind = try stage.bench.read("holdover.prom")
            #expect(value("holdover_plans_wrong", in: blind) == 1, "\(blind)")
            try stage.bench.write(key, to: "key/seal.key")
            try FileManager.default.removeItem(atPath: stage.bench.at("plans/other.yaml"))
            _ = try await stage.run("run")
            let mended = try await stage.succeed("metrics").output
            #expect(value("holdover_plans_wrong", in: mended) == 0, "\(mended)")
        }
    }

    @Test func `without a journal the file tells the build and the failure`() async throws {
        try await Workbench.open { bench in
            let holdover = HoldoverProcess(on: bench)
            let run = try await holdover.run(["run", "--metrics-file", bench.at("a.prom")])
            #expect(run.exit == 2, "\(run)")
            let text = try bench.read("a.prom")
            #expect(value("holdover_last_run_exit_code", in: text) == 2)
            #expect(value("holdover_journal_readable", in: text) == 0)
            #expect(!text.contains("\nholdover_journal_frozen "))
            let printed = try await holdover.run(["metrics"])
            printed.expect(exit: 2, "journal-missing")
            #expect(printed.output.isEmpty)
        }
    }

    @Test func `a run that finds another at work leaves the file to that one`() async throws {
        try await Stage.open(plan: { plan, _ in plan.set("overlap: 1m") }) { stage in
            try await stage.begin()
            let run = try stage.holdover.spawn(["run", "--wait", "10m"])
            try await stage.waitFor(phase: "overlap")
            let path = stage.bench.at("a.prom")
            let second = try await stage.run("run", "--metrics-file", path)
            #expect(second.exit == 11)
            #expect(!FileManager.default.fileExists(atPath: path))
            await run.end()
        }
    }

    @Test func `a frozen journal shows`() async throws {
        try await Stage.open { stage in
            let before = try await stage.succeed("metrics").output
            #expect(value("holdover_journal_frozen", in: before) == 0)
            let anchors = try FileManager.default.contentsOfDirectory(
                atPath: stage.bench.at("key")
            ).filter { $0.contains("anchor") }
            #expect(anchors.count == 1)
            for anchor in anchors {
                try FileManager.default.removeItem(atPath: stage.bench.at("key/\(anchor)"))
            }
            let path = stage.bench.at("a.prom")
            #expect(try await stage.run("run", "--metrics-file", path).exit == 12)
            let after = try await stage.succeed("metrics").output
            for text in [after, try stage.bench.read("a.prom")] {
                #expect(value("holdover_journal_frozen", in: text) == 1)
            }
        }
    }

    @Test(arguments: [0, 20])
    func `where the file can't be written, the run says so and leaves as it would have`(
        exit: Int32
    ) async throws {
        try await Stage.open { stage in
            try await stage.begin()
            if exit == 20 { try await stage.succeed("hold", "billing", "--reason", "test") }
            let path = stage.bench.at("nowhere/holdover.prom")
            let outcome = try await stage.run("run", "-q", "--metrics-file", path)
            #expect(outcome.exit == exit, "\(outcome)")
            let lines = outcome.errors.split(separator: "\n")
            let warning = lines.filter { $0.hasPrefix("holdover: warning: ") }
            #expect(warning.count == 1 && warning[0].hasSuffix(" [metrics-file]"), "\(outcome)")
            #expect(warning[0].contains(path), "\(outcome)")
            #expect(lines.count == (exit == 0 ? 3 : 6), "\(outcome)")
            let json = try await stage.run("run", "--json", "--metrics-file", path)
            #expect(json.exit == exit, "\(json)")
            #expect(json.errors.contains(#""type":"warning","warning":"metrics-file""#), "\(json)")
        }
    }

    @Test(.enabled(if: geteuid() == 0, "mounting a file system takes root"))
    func `on a full disk the old file stays, and the run is as good as ever`() async throws {
        try await Stage.open { stage in
            let small = try await SmallDisk(at: stage.bench.directory("small"), on: stage.bench)
            let path = "\(small.path)/holdover.prom"
            try await stage.succeed("run", "--metrics-file", path)
            let before = try String(contentsOfFile: path, encoding: .utf8)
            try small.fill()
            let outcome = try await stage.run("run", "--metrics-file", path)
            #expect(outcome.exit == 0 && outcome.errors.contains("No space left"), "\(outcome)")
            #expect(try String(contentsOfFile: path, encoding: .utf8) == before)
            let names = try FileManager.default.contentsOfDirectory(atPath: small.path)
            #expect(names.sorted() == ["filler", "holdover.prom"])
            try small.free()
            try await stage.succeed("run", "--metrics-file", path)
            #expect(try String(contentsOfFile: path, encoding: .utf8) != before)
            await small.unmount()
        }
    }

    @Test func `metrics are no JSON, and say what is`() async throws {
        try await Stage.open { stage in
            let outcome = try await stage.run("metrics", "--json")
            #expect(outcome.exit == 2 && outcome.errors.contains("status --json"), "\(outcome)")
        }
    }
}
