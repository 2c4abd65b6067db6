import AdapterContracts
import Adapters
import ArgumentParser
import Plans
import RotationCore
import RotationEngine

/// `holdover adapter`: for those who write adapters.
struct Adapter: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Test an authorization server or a store of your own, described in a plan.",
        subcommands: [AdapterTest.self])
}

/// `holdover adapter test`: the contract suite against the server of a plan.
struct AdapterTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run the contract suite against a plan's server, with a client made for it.",
        discussion: """
            Makes, disables and deletes secrets of the plan's client, sees each accepted or refused
            as it should be, and in the end leaves the client with another secret, which it writes
            to the plan's stores. Name a client that nobody uses.

            With --store it writes values to that store, reads them back, and in the end puts back
            what it held. The server is not asked. Name a store that nobody reads.

            Examples:
              holdover adapter test plans/scratch.yaml
              holdover adapter test plans/scratch.yaml --yes
              holdover adapter test plans/scratch.yaml --store exec --yes
            """)

    @Argument(help: "A plan file, or the name of a client.")
    var plan: String

    @Option(help: "Test this store of the plan, by its name, in place of the server.")
    var store: String?

    @Flag(help: "What is tested may be changed: nobody uses it.")
    var yes = false

    @OptionGroup var workspace: Workspace

    private struct Document: Encodable {
        let client: String
        var server: String?
        var store: String?
        let parts: [String]
        let violations: [String]
    }

    func run() async throws {
        let plan = try PlanShelf(directory: workspace.plansDirectory).plan(named: plan).plan
        guard yes else {
            let option = store.map { " --store \($0)" } ?? ""
            throw Problem(
                .usage, code: "not-confirmed",
                store == nil
                    ? "the suite replaces the secret of \(plan.client.rawValue)"
                    : "the suite writes to a store of \(plan.client.rawValue)",
                state: "nothing was touched",
                hint: "holdover adapter test \(self.plan)\(option) --yes, if nobody uses that")
        }
        try refuseWhileRotated(plan)
        let factory = Ports.factory()
        if let store { return try await test(storeNamed: store, plan, factory) }
        let old = try await secret(of: plan, factory)
        let server = try await reached { () async throws(AdapterError) in
            try await factory.server(of: plan)
        }
        let contract = AuthorizationServerContract(server) { SystemRandom().secret() }
        let result = await contract.run(old: old)
        try await keep(result.secret, insteadOf: old, plan, factory)
        try report(
            Document(
                client: plan.client.rawValue, server: plan.server.type, parts: result.topics,
                violations: result.violations))
    }

    private func test(storeNamed name: String, _ plan: Plan, _ factory: AdapterRegistry)
        async throws
    {
        guard let settings = plan.stores.first(where: { $0.name == name }) else {
            let known = plan.stores.map(\.name).joined(separator: ", ")
            throw Problem(
                .usage, code: "unknown-store", "the plan has no store named \(safeText(name))",
                state: "nothing was touched", hint: "one of: \(known)")
        }
        let (store, other) = try await reached { () async throws(AdapterError) in
            (
                try await factory.store(settings, of: plan),
                try await factory.store(settings, of: plan)
            )
        }
        let before = try await reached { () async throws(AdapterError) in try await store.read() }
        let contract = SecretStoreContract(store) { value in
            // Somebody else, as far as the one that is tested can tell.
            try await other.write(
                ClientSecret(value), replacing: try await other.read()?.version)
        }
        let result = await contract.run()
        if let before, let secret = before.secret {
            let content = StoreContent(secret, client: before.client, candidate: before.candidate)
            do throws(AdapterError) {
                try await store.write(content, replacing: try await store.read()?.version)
            } catch {
                throw Problem(
                    .failure, code: error.code, error.message,
                    state: "\(name) holds a value of the suite",
                    hint: "write the client's secret to \(name)")
            }
        }
        try report(
            Document(
                client: plan.client.rawValue, store: name, parts: result.topics,
                violations: result.violations))
    }

    private func refuseWhileRotated(_ plan: Plan) throws {
        let journal: Journal
        do { journal = try workspace.reading() } catch let problem as Problem
            where problem.code == JournalFailure.Kind.missing.rawValue
        { return }
        defer { try? journal.close() }
        let latest = try journal.latest(of: plan.client)
        guard let latest, !latest.state.isEnded else { return }
        throw Problem(
            .failure, code: "rotation-under-way",
            "a rotation of \(plan.client.rawValue) is under way",
            state: "nothing was touched", hint: "holdover status \(plan.client.rawValue)")
    }

    /// What the stores hold; all must hold the same.
    private func secret(of plan: Plan, _ factory: AdapterRegistry) async throws -> ClientSecret {
        var common: ClientSecret?
        for settings in plan.stores {
            let stored = try await reached { () async throws(AdapterError) in
                try await factory.store(settings, of: plan).read()
            }
            guard let secret = stored?.secret else { continue }
            if let common, !common.matches(secret) {
                throw Problem(
                    .failure, code: "stores-disagree",
                    "\(settings.name) holds another secret than the stores before",
                    state: "nothing was touched", hint: "holdover check \(self.plan)")
            }
            common = secret
        }
        guard let common else {
            throw Problem(
                .failure, code: "store-empty", "no store of the plan holds a secret",
                state: "nothing was touched", hint: "write the client's secret to one of them")
        }
        return common
    }

    /// Writes the secret that is in force to every store that a secret was read from.
    private func keep(
        _ secret: ClientSecret, insteadOf old: ClientSecret, _ plan: Plan,
        _ factory: AdapterRegistry
    ) async throws {
        guard !secret.matches(old) else { return }
        for settings in plan.stores {
            do throws(AdapterError) {
                let store = try await factory.store(settings, of: plan)
                try await store.write(secret, replacing: try await store.read()?.version)
            } catch {
                throw Problem(
                    .failure, code: error.code, error.message,
                    state: "\(settings.name) holds a secret that the server refuses now",
                    hint: "give the client a secret by hand and write it to \(settings.name)")
            }
        }
    }

    private func reached<Value>(
        _ body: () async throws(AdapterError) -> Value
    ) async throws -> Value {
        do throws(AdapterError) { return try await body() } catch { throw Problem(error) }
    }

    private func report(_ result: Document) throws {
        let console = workspace.console
        if workspace.json {
            try console.document(result)
        } else {
            for topic in result.parts {
                let broken = result.violations.filter { $0.hasPrefix("\(topic): ") }
                let word =
                    broken.isEmpty ? console.colored("ok", .good) : console.colored("broken", .bad)
                console.line("\(word.padding(to: 8))\(topic)")
                for line in broken {
                    console.line("        \(safeText(String(line.dropFirst(topic.count + 2))))")
                }
            }
        }
        guard result.violations.isEmpty else { throw Stop(exit: .failure) }
    }
}
