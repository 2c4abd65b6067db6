import Foundation

/// The whole demonstration: what is set up, played and taken down again.
struct Performance: Sendable {
    let timeline: Timeline

    private let plans = [("billing", Dialect.okta), ("reports", .keycloak)].map { client, dialect in
        DemoPlan(
            client: client, dialect: dialect, consumers: DemoConsumer.trio(of: client),
            service: DemoService(client: client))
    }

    init(timeline: Timeline) { self.timeline = timeline }

    /// Plays it; the exit code is 0 where both rotations completed and no request failed.
    func run() async -> CInt {
        let environment = ProcessInfo.processInfo.environment
        let servers = Crew()
        let consumers = Crew()
        var summary = Summary()
        do {
            let programs = try Programs(environment: environment)
            let stage = try DemoStage()
            defer { stage.remove() }
            let hasFaults = environment["DEMO_FAULTS"].map { !["", "0"].contains($0) } ?? false
            do {
                try await play(programs, stage, servers, consumers, hasFaults, &summary)
            } catch {
                await consumers.dismiss()
                if summary.tallies.isEmpty { summary.tallies = tallies(on: stage) }
                await servers.dismiss()
                throw error
            }
            await servers.dismiss()
        } catch {
            await timeline.clear()
            let words = Task.isCancelled ? "interrupted; nothing is left behind" : "\(error)"
            await timeline.line("demo: \(words)")
            await timeline.line(summary.verdict)
            return 1
        }
        await timeline.line(summary.verdict)
        let isClean = summary.missed == 0 && summary.calls.allSatisfy { $0.failed == 0 }
        return summary.completed == plans.count && isClean ? 0 : 1
    }

    private func play(
        _ programs: Programs, _ stage: DemoStage, _ servers: Crew, _ consumers: Crew,
        _ hasFaults: Bool, _ summary: inout Summary
    ) async throws {
        await timeline.title("The stage")
        await timeline.explain("A practice authorization server starts on a free port of loopback.")
        let authority = try await PracticeAuthority.start(programs, on: stage, with: servers)
        await timeline.line("  \(authority["PRACTICE_URL"])")
        await timeline.explain(
            "Two clients get a secret, and each three consumers that fetch tokens all the time, "
                + "and a service that is called all the time:")
        for plan in plans { try await cast(plan, programs, stage, authority, consumers) }
        try await waitForConsumers(stage, consumers)

        let holdover = HoldoverCommand(programs, on: stage, at: authority, timeline)
        await timeline.explain("holdover keeps a journal of every step, sealed with a key.")
        try await holdover.show("init")
        for (index, plan) in plans.enumerated() {
            let act = RotationAct(
                plan: plan, stage: stage, authority: authority, holdover: holdover,
                hasFaults: hasFaults, isFirst: index == 0)
            summary.records.append(try await act.perform())
            try await servers.check()
            try await consumers.check()
        }

        for plan in plans { summary.calls.append(await plan.service.caller.stop()) }
        await consumers.dismiss()
        summary.tallies = tallies(on: stage)
        summary.granted = try await authority.acceptedRequests()
        await summary.show(on: timeline)
        await timeline.explain("Every line of the audit is chained to the one before.")
        try await holdover.show("audit", "verify")
        if let contradiction = summary.contradiction(among: plans.map(\.client)) {
            throw DemoFailure(contradiction)
        }
    }

    /// Registers a client, writes its plan and its consumers' files, and starts the consumers.
    private func cast(
        _ plan: DemoPlan, _ programs: Programs, _ stage: DemoStage, _ authority: PracticeAuthority,
        _ crew: Crew
    ) async throws {
        let secret = try await authority.register(plan.client, plan.dialect)
        try stage.makeDirectory("plans")
        try stage.write(plan.text(on: stage, at: authority), to: plan.file)
        for one in plan.consumers {
            try stage.makeDirectory(one.directory)
            try stage.write(one.place.document(holding: secret), to: one.secretFile)
            let program = one.program(
                at: programs.practiceConsumer, on: stage,
                tokenEndpoint: authority[plan.dialect.tokenEndpointVariable])
            await crew.hire("\(plan.client)/\(one.name)", program)
            await timeline.line(
                "  \(plan.client)/\(one.name): \(one.place.words), \(one.habit.words)")
        }
        try stage.makeDirectory(plan.service.directory)
        try stage.write(secret + "\n", to: plan.service.secretFile)
        try await plan.service.begin(
            programs.sampleService, on: stage, in: crew,
            tokenURL: authority[plan.dialect.tokenEndpointVariable],
            resourceURL: authority["PRACTICE_URL"] + "/invoices")
        await timeline.line(
            "  \(plan.client)/service: raw file, and the library ClientCredentials, which watches")
    }

    private func waitForConsumers(_ stage: DemoStage, _ crew: Crew) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while tallies(on: stage).contains(where: { $0.tally.requests == 0 })
            || plans.contains(where: { $0.service.caller.calls.made == 0 })
        {
            try await crew.check()
            guard .now < deadline else { throw DemoFailure("a consumer fetches no tokens") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func tallies(on stage: DemoStage) -> [(consumer: DemoConsumer, tally: ConsumerTally)] {
        plans.flatMap(\.consumers).map { ($0, $0.tally(on: stage)) }
    }
}
