import Foundation
import RotationCore
import RotationEngine
import RotationTesting

/// A directory in memory for the journals of one suite.
final class Scratch: Sendable {
    let path: String
    let template: JournalTemplate

    init() {
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory)
            ? memory : NSTemporaryDirectory()
        path = "\(parent)/holdover-test-\(UUID().uuidString)"
        do { template = try JournalTemplate(below: path) } catch {
            preconditionFailure("no journal can be made in \(path): \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// How one trial ended.
struct Ending {
    var state: RotationState
    var problems: [String]
    var holds: [Reason]
    var runs: Int
}

/// One rotation in one world, from its start to its end, and everything that must hold afterwards.
struct Trial {
    let world: World
    let scratch: Scratch
    var plan: Plan

    init(_ world: World, _ scratch: Scratch, plan: Plan? = nil) {
        self.world = world
        self.scratch = scratch
        self.plan = plan ?? world.plan()
    }

    func run(
        then step: (inout Harness, RotationID) async throws -> Void = { _, _ in }
    ) async throws -> Ending {
        var harness = try Harness(world: world, template: scratch.template)
        defer { harness.remove() }
        let id = try harness.start(plan)
        try await step(&harness, id)
        let rotation = try await harness.finish(id)
        var problems = try FinalLook(world: world, harness: harness, rotation: rotation).problems()
        if !rotation.state.isEnded { problems.append("not over: \(rotation.state)") }
        return Ending(
            state: rotation.state, problems: problems, holds: harness.holds, runs: harness.runs)
    }
}
