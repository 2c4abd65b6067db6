/// One rotation before everybody's eyes, from its plan to its record.
struct RotationAct: Sendable {
    let plan: DemoPlan
    let stage: DemoStage
    let authority: PracticeAuthority
    let holdover: HoldoverCommand
    let hasFaults: Bool
    let isFirst: Bool

    private var timeline: Timeline { holdover.timeline }

    func perform() async throws -> RotationRecord {
        let client = plan.client
        await timeline.title("\(plan.dialect.words): client \(client)")
        await timeline.explain(plan.dialect.strategy)
        try await holdover.show("check", client)
        if isFirst {
            await timeline.explain("What would happen, and what each step waits for:")
            try await holdover.show("start", client, "--dry-run")
        }
        if hasFaults { try await arm() }
        await timeline.explain("Begin; run does the work, and may be stopped and run again.")
        try await holdover.show("start", client, "--reason", "demo")
        let kills = try await drive()
        do {
            let record = try await RotationRecord(of: client, plan.dialect, kills: kills, holdover)
            guard record.isCompleted else {
                throw DemoFailure("the rotation of \(client) is not completed")
            }
            try await inspect()
            return record
        } catch {
            try? await holdover.show("explain", client)
            throw error
        }
    }

    private func arm() async throws {
        let delay = 1500
        try await authority.delayChanges(milliseconds: delay)
        var words = ["each change of a secret is seen \(Double(delay) / 1000) s late"]
        for fault in plan.dialect.faults {
            try await authority.arm(fault)
            words.append(fault.words)
        }
        await timeline.explain("What goes wrong on purpose: \(words.joined(separator: "; ")).")
    }

    /// Runs holdover until it ends by itself, under the eyes of the board.
    private func drive() async throws -> Int {
        let board = ConsumerBoard(consumers: plan.consumers, stage: stage)
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask {
                await board.run(on: timeline)
                return nil
            }
            group.addTask { try await runToTheEnd() }
            var kills = 0
            while let result = try await group.next() {
                guard let result else { continue }
                kills = result
                group.cancelAll()
            }
            return kills
        }
    }

    private func runToTheEnd() async throws -> Int {
        var moments = hasFaults ? plan.dialect.kills[...] : []
        var kills = 0
        while true {
            let ending = try await holdover.run(plan.client, killedAt: moments.first)
            switch ending {
            case .exited(0) where moments.isEmpty: return kills
            case .exited(0): throw DemoFailure("holdover was done before it could be killed")
            case .killed(9) where !moments.isEmpty:
                kills += 1
                moments = moments.dropFirst()
                await timeline.explain("kill -9 of holdover, then run again.")
            case .exited, .killed:
                try? await holdover.show("explain", plan.client)
                throw DemoFailure("holdover run ended with \(ending)")
            }
        }
    }

    /// Sees for itself what holdover says.
    private func inspect() async throws {
        guard try await authority.armedFaults() == 0 else {
            throw DemoFailure("a fault that was prepared did not happen")
        }
        guard try await authority.acceptedSecrets(of: plan.client) == 1 else {
            throw DemoFailure("the server doesn't accept exactly one secret of \(plan.client)")
        }
        for consumer in plan.consumers where consumer.tally(on: stage).secrets != 2 {
            throw DemoFailure("\(plan.client)/\(consumer.name) doesn't use the new secret")
        }
        await timeline.explain("The server accepts one secret of \(plan.client) now: the new one.")
    }
}
