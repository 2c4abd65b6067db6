import Foundation
import HTTPTransport
import ProcessTesting

/// Rotations one after the other for a long time, with faults and kills, under clients at work.
struct Soak {
    let settings: SoakSettings
    let bench: Workbench
    let server: PracticeServerProcess
    let holdover: HoldoverProcess
    let clients: [SoakClient]
    let consumers: [SoakConsumer]

    init(_ settings: SoakSettings, on bench: Workbench, through http: any HTTPClient) async throws {
        self.settings = settings
        self.bench = bench
        let server = try await PracticeServerProcess.start(on: bench)
        self.server = server
        try await server.allowKeycloakRotation()
        holdover = HoldoverProcess(
            on: bench,
            environment: server.values.filter {
                ["OKTA_API_TOKEN", "KEYCLOAK_ADMIN_CLIENT_SECRET"].contains($0.key)
            })
        let made = try await holdover.run(["init"])
        guard made.exit == 0 else { throw SoakFailure("\(made)") }
        let reports = try bench.directory("reports")
        var clients: [SoakClient] = []
        var consumers: [SoakConsumer] = []
        for dialect in PracticeServerProcess.Dialect.golden {
            for number in 0..<settings.clients {
                let client = try await SoakClient(dialect, number, on: bench, at: server)
                let own = ["one", "two"].map { name in
                    SoakConsumer(
                        name, of: client, tokenURL: server.tokenURL(dialect),
                        postsSecret: dialect == .keycloak && name == "two", reports: reports,
                        through: http)
                }
                try client.plan(of: own, at: server, on: bench)
                clients.append(client)
                consumers += own
            }
        }
        self.clients = clients
        self.consumers = consumers
    }

    /// Goes on until enough has happened, lets everything end, and judges it.
    func run() async throws -> SoakFigures {
        let begin = ContinuousClock.now
        var figures = SoakFigures()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for consumer in consumers {
                group.addTask { await consumer.work(pause: settings.pause) }
            }
            try await rotate(&figures, since: begin)
            group.cancelAll()
            try await group.waitForAll()
        }
        try await judge(&figures)
        figures.seconds = begin.duration(to: .now) / .seconds(1)
        return figures
    }

    private func rotate(
        _ figures: inout SoakFigures, since begin: ContinuousClock.Instant
    ) async throws {
        let trouble = Task {
            var troublemaker = Troublemaker(server)
            while !Task.isCancelled {
                try await troublemaker.act()
                try? await Task.sleep(for: .milliseconds(40))
            }
            try await troublemaker.stop()
            return troublemaker.met
        }
        while try await !hasEnough(&figures) {
            guard begin.duration(to: .now) < settings.limit else {
                figures.problems.append("not done after \(settings.limit)")
                break
            }
            // What is wrong once is wrong at every further run.
            guard figures.problems.isEmpty else { break }
            try await turn(&figures)
        }
        trouble.cancel()
        figures.faults = try await trouble.value
        try await finish(&figures)
    }

    /// One run, as a timer begins it; three in four are killed, at any moment.
    private func turn(_ figures: inout SoakFigures) async throws {
        let arguments = ["run", "-q", "--wait", "3s"]
        let process = try holdover.spawn(arguments)
        figures.runs += 1
        if Int.random(in: 0..<4) > 0 {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 10...1_500)))
            process.send(SIGKILL)
        }
        let outcome = try await holdover.outcome(of: process, arguments)
        if outcome.ending == .signalled(SIGKILL) { figures.kills += 1 }
        // 75 is a server that was away, which it was made to be.
        guard outcome.ending == .signalled(SIGKILL) || [0, 75].contains(outcome.exit) else {
            figures.problems.append("\(outcome)")
            figures.problems += try await stories()
            return
        }
        for path in [process.outputPath, process.errorPath] where outcome.errors.isEmpty {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// What happened to each rotation that is held.
    private func stories() async throws -> [String] {
        let held = try await RotationCounts.read(holdover).live.filter { $0.state == "held" }
        var stories: [String] = []
        for rotation in held {
            let story = try await holdover.run(["history", "--rotation", rotation.rotation])
            stories.append(story.output)
        }
        return stories
    }

    private func hasEnough(_ figures: inout SoakFigures) async throws -> Bool {
        guard figures.runs.isMultiple(of: 10) else { return false }
        let now = try await RotationCounts.read(holdover)
        let requests = await consumers.asyncSum { $0.requests }
        if figures.runs.isMultiple(of: 100) {
            let line = "soak: \(now.completed) rotations, \(requests) token requests\n"
            FileHandle.standardError.write(Data(line.utf8))
        }
        return now.completed >= settings.rotations && requests >= settings.requests
    }

    /// Lets what is under way come to its end, with nothing in its way.
    private func finish(_ figures: inout SoakFigures) async throws {
        for _ in 0..<6 {
            let outcome = try await holdover.run(["run", "-q", "--no-start", "--wait", "20s"])
            let left = try await RotationCounts.read(holdover)
            figures.rotations = left.completed
            figures.abandoned = left.abandoned
            if left.live.isEmpty { return }
            if left.held == left.live.count {
                figures.problems.append("held: \(left.live.map(\.client)) \(outcome)")
                return
            }
        }
        figures.problems.append("rotations that don't end: \(try await holdover.run(["status"]))")
    }
}

extension [SoakConsumer] {
    /// Adds a count up over all of them.
    func asyncSum(_ count: (SoakConsumer.Counts) -> Int) async -> Int {
        var sum = 0
        for consumer in self { sum += count(await consumer.counts) }
        return sum
    }
}
