import Foundation
import ProcessTesting
import Testing

/// Rotations that begin by themselves.
struct ScheduleTests {
    @Test func `a client that was never seen is due one period later, and then again`()
        async throws
    {
        try await Stage.open(plan: { plan, _ in
            plan.set("overlap: 0s")
            plan.set("watch: 0s")
            plan.set("schedule: {every: 3s}")
        }) { stage in
            let first = try await stage.succeed("run")
            #expect(first.output.isEmpty, "\(first)")
            try await stage.expectUntouched()
            let isDue = try await eventually(within: .seconds(20), every: .milliseconds(300)) {
                let outcome = try await stage.run("run")
                #expect(outcome.exit == 0, "\(outcome)")
                return !outcome.output.isEmpty
            }
            #expect(isDue, "nothing was ever due")
            let page = try await stage.succeed("status", "billing").output
            #expect(page.contains(", schedule"), "\(page)")
            try await stage.succeed("run", "--wait", "2s")
            let second = try await eventually(within: .seconds(20), every: .milliseconds(300)) {
                try await stage.succeed("run", "--wait", "1s")
                let lines = try await stage.succeed("history").output.split(separator: "\n")
                return lines.count >= 3
            }
            #expect(second, "it was due only once")
            #expect(try await stage.consumer.stop().failed == 0)
        }
    }

    @Test func `what is due but not started is overdue and says so`() async throws {
        try await Stage.open(plan: { plan, _ in
            plan.set("overlap: 0s")
            plan.set("watch: 0s")
            plan.set("schedule: {every: 1s}")
        }) { stage in
            try await stage.succeed("run", "--no-start")
            let isOverdue = try await eventually(within: .seconds(10)) {
                try await stage.succeed("status").output.contains("overdue: billing")
            }
            #expect(isOverdue)
            try await stage.succeed("run", "--no-start")
            try await stage.expectUntouched()
        }
    }

    @Test func `a far window starts nothing`() async throws {
        try await Stage.open(plan: { plan, _ in
            // Twelve hours off, for an hour: never now.
            let hour = (Int(Date().timeIntervalSince1970) / 3_600 + 12) % 24
            let window = String(format: "%02d:00-%02d:30", hour, hour)
            plan.set("overlap: 0s")
            plan.set("watch: 0s")
            plan.set("schedule: {every: 500ms, at: \"\(window)\", jitter: 100ms}")
        }) { stage in
            try await stage.succeed("run")
            let end = ContinuousClock.now + .seconds(2)
            while ContinuousClock.now < end {
                let outcome = try await stage.succeed("run")
                #expect(outcome.output.isEmpty, "\(outcome)")
            }
            try await stage.expectUntouched()
        }
    }

    @Test(arguments: [
        ("schedule: {every: 1h}\noverlap: 2h", "every-too-short"),
        ("schedule: {every: 1h, jitter: 2h}", "jitter-too-long"),
    ])
    func `a schedule that can't be kept is refused`(rule: String, code: String) async throws {
        try await Stage.open(plan: { plan, _ in
            for line in rule.split(separator: "\n") { plan.set(String(line)) }
        }) { stage in
            try await stage.run("check", "--static").expect(exit: 2, code)
            try await stage.run("run").expect(exit: 2, code)
            try await stage.expectUntouched()
        }
    }
}
