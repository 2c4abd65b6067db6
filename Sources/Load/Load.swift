import ClientCredentials
import Foundation
import HTTPTransport
import ProcessTesting

/// A thousand callers of one provider, while its endpoint fails and its secret is rotated.
struct Load {
    private static let client = "load"
    private static let dialect = PracticeServerProcess.Dialect.okta
    private static let tokenPath = #"prefix":"/oauth2/"#

    let settings: LoadSettings
    let server: PracticeServerProcess
    let holdover: HoldoverProcess
    let witness: TokenWitness
    let metrics: LoadMetrics
    let tokens: TokenProvider
    /// The file with the secret, and what it held at the beginning.
    let file: String
    let first: String

    init(_ settings: LoadSettings, on bench: Workbench, through http: any HTTPClient) async throws {
        self.settings = settings
        let server = try await PracticeServerProcess.start(on: bench)
        self.server = server
        holdover = HoldoverProcess(
            on: bench, environment: server.values.filter { $0.key == "OKTA_API_TOKEN" })
        let made = try await holdover.run(["init"])
        guard made.exit == 0 else { throw LoadFailure("\(made)") }
        first = (UUID().uuidString + UUID().uuidString).replacing("-", with: "")
        try bench.directory("stores")
        file = try bench.write(first, to: "stores/secret")
        try await server.createClient(Self.dialect, Self.client, secret: first)
        let report = bench.at("adoption")
        var plan = PlanText.of(Self.dialect, Self.client, at: server, stores: [PlanText.file(file)])
        plan.consumers = [("invoices", report)]
        try plan.write(on: bench)
        witness = TokenWitness(http)
        metrics = LoadMetrics()
        tokens = TokenProvider(
            TokenEndpoint(url: server.tokenURL(Self.dialect)),
            credential: CredentialFile(secret: file, clientID: Self.client), through: witness,
            settings: .init(policy: settings.policy, adoption: .file(report), metrics: metrics))
    }

    /// Four acts, and what they came to.
    func run() async throws -> LoadFigures {
        var (accepted, recovery) = (0, Duration?.none)
        let acts = [
            try await act("20 % fail, in a rotation") { try await rotateUnderFailures() },
            try await act("20 % fail, and down in a rotation") {
                accepted = try await rotateThroughAnOutage()
            },
            try await act("says nothing while the token ends") { try await hang() },
            try await act("down for longer than the token lives") {
                recovery = try await outliveTheToken()
            },
        ]
        tokens.close()
        var figures = LoadFigures(settings, acts, recovery: recovery)
        figures.judge(witness, metrics)
        if accepted != 2 { figures.problems.append("\(accepted) secrets, behind the outage") }
        if let problem = try await problemOfSecrets() { figures.problems.append(problem) }
        return figures
    }

    private func act(_ name: String, _ body: () async throws -> Void) async throws
        -> LoadFigures.Act
    {
        FileHandle.standardError.write(Data("load: \(name) ...\n".utf8))
        let (begin, before) = (ContinuousClock.now, witness.requests.count)
        let callers = Callers(settings: settings, tokens: tokens, witness: witness)
        let counts = try await callers.call(during: body)
        let requests = witness.requests[before...]
        return LoadFigures.Act(
            name: name, counts: counts, seconds: begin.duration(to: .now) / .seconds(1),
            requests: requests.count, failed: requests.count(where: \.isFailure))
    }

    /// Many tokens: they live for seconds, and a resource server refuses each after a moment.
    private func rotateUnderFailures() async throws {
        let end = ContinuousClock.now + .seconds(settings.outage)
        try await beginTokens(of: settings.shortLife)
        try await failSometimes()
        try await start()
        let rotation = Task { try await rotate(until: 1) }
        while ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(200))
            await refuseToken()
        }
        try await rotation.value
    }

    /// As a service does that gets a 401 for it.
    private func refuseToken() async {
        guard let token = try? await tokens.token() else { return }
        witness.forget(token.value)
        // Who asked before is answered then, and nobody takes it for a token in memory.
        try? await Task.sleep(for: .milliseconds(20))
        tokens.invalidate(token)
    }

    /// The endpoint goes down while the first request with the new secret is on its way; how many
    /// secrets are accepted at the end of that.
    private func rotateThroughAnOutage() async throws -> Int {
        try await beginTokens(of: settings.longLife)
        try await failSometimes()
        witness.hold(true)
        try await start()
        let rotation = Task { try await rotate(until: 2) }
        let isNoticed = await eventually(within: .seconds(60)) { witness.isAsking }
        guard isNoticed else { throw LoadFailure("the new secret isn't distributed") }
        try await goDown()
        witness.hold(false)
        try await Task.sleep(for: .seconds(settings.outage))
        let accepted = try await server.client(Self.client).secrets.count(where: \.isAccepted)
        try await failSometimes()
        try await rotation.value
        return accepted
    }

    /// The endpoint takes requests and doesn't answer, from before the token is to be replaced
    /// until it ends.
    private func hang() async throws {
        try await beginTokens(of: settings.hangingLife)
        try await fail("slow", #","ms":15000"#)
        while let held = witness.held, .now < held.usableUntil {
            try await Task.sleep(for: .milliseconds(50))
        }
        try await failSometimes()
        let isBack = await eventually(within: .seconds(30)) {
            witness.held.map { .now < $0.usableUntil } ?? false
        }
        guard isBack else { throw LoadFailure("no token behind the silence") }
    }

    /// There is no token from the middle of the outage on; how long it takes behind it.
    private func outliveTheToken() async throws -> Duration? {
        try await beginTokens(of: settings.endingLife)
        try await goDown()
        try await Task.sleep(for: .seconds(settings.outage))
        let up = ContinuousClock.now
        try await failSometimes()
        let isBack = await eventually(within: settings.policy.breaker.cap + .seconds(10)) {
            witness.held.map { $0.boughtAt > up } ?? false
        }
        return isBack ? witness.held.map { up.duration(to: $0.boughtAt) } : nil
    }

    /// Has the server give tokens of so many seconds, and waits until one is in memory.
    ///
    /// Nothing fails meanwhile: there is no token for a moment, so that a call would fail too.
    private func beginTokens(of life: Int) async throws {
        try await server.clearFaults()
        try await server.set(#"{"token_lifetime":\#(life)}"#)
        let isHeld = await eventually(within: .seconds(30)) {
            if witness.held?.lifetime == life { return true }
            await refuseToken()
            return false
        }
        guard isHeld else { throw LoadFailure("no token of \(life) s") }
    }

    private func failSometimes() async throws {
        try await server.clearFaults()
        try await fail("error_before_effect", #","status":503,"share":\#(settings.failing)"#)
    }

    /// Every connection is reset.
    private func goDown() async throws {
        try await server.clearFaults()
        try await fail("refuse_connection_reset")
    }

    private func fail(_ kind: String, _ more: String = "") async throws {
        try await server.control(
            "POST", "faults",
            #"{"kind":"\#(kind)","match":{"method":"POST","\#(Self.tokenPath)"}\#(more)}"#)
    }

    private func start() async throws {
        let started = try await holdover.run(["start", Self.client])
        guard started.exit == 0 else { throw LoadFailure("\(started)") }
    }

    /// Runs as a timer would, until so many rotations are completed.
    private func rotate(until number: Int) async throws {
        struct Status: Decodable { let counts: [String: Int] }
        let limit = ContinuousClock.now + .seconds(settings.outage + 120)
        while ContinuousClock.now < limit {
            let ran = try await holdover.run(["run", "-q", "--no-start", "--wait", "2s"])
            let said = try await holdover.run(["status", "--json"])
            let status = try JSONDecoder().decode(Status.self, from: Data(said.output.utf8))
            if status.counts["completed"] == number { return }
            // 75 is a server that is away, which it is made to be.
            guard let code = ran.exit, [0, 75].contains(code) else { throw LoadFailure("\(ran)") }
        }
        throw LoadFailure("not rotated: \(try await holdover.run(["status"]))")
    }

    private func stored() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    private func problemOfSecrets() async throws -> String? {
        try await server.clearFaults()
        var answers: [Int] = []
        for secret in [try stored(), first] {
            answers.append(try await server.tokenStatus(Self.dialect, Self.client, secret))
        }
        return answers == [200, 401] ? nil : "the last secret and the first one: \(answers)"
    }
}
