import ArgumentParser
import ClientCredentials
import Foundation
import Glibc
import HTTPTransport

/// `practice-consumer`: a client of an authorization server, to rotate secrets under.
struct PracticeConsumer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "practice-consumer",
        abstract: "Fetches tokens all the time, and says which secret it uses.",
        discussion: """
            It ends with status 0 on SIGTERM or SIGINT. In --stats, "failed" counts answers that \
            weren't a token, "unreachable" requests that met no server, and "interrupted" requests \
            that were cut off.
            """)

    @Option(help: "The consumer's name in its stats.") var name: String
    @Option(help: "The client's id.") var clientID: String
    @Option(help: "The token endpoint's URL.") var tokenEndpoint: String
    @Option(help: "Where the secret goes: \(Self.list(SecretPlace.self)).")
    var auth: SecretPlace = .basic
    @Option(help: "A scope to ask for.") var scope: String?
    @Option(help: "A PEM file of the authorities to trust.") var caFile: String?

    @Option(help: "The file with the secret.") var secretFile: String?
    @Option(help: "The field, where the file is a JSON object.") var jsonField: String?
    @Option(help: "The field with the client's id, where that changes too.")
    var clientIDField: String?
    @Option(help: "The field with a second secret, tried where the first is refused.")
    var candidateField: String?
    @Option(help: "The variable, where the file is a dotenv file.") var dotenvVariable: String?
    @Option(help: "OpenBao's or Vault's address.") var vaultAddress: String?
    @Option(help: "The file with its token.") var vaultTokenFile: String?
    @Option(help: "The secret's API path, such as secret/data/orders.") var vaultPath: String?
    @Option(help: "The field of that secret.") var vaultField: String?

    @Option(help: "How it notices a new secret: \(Self.list(Habit.self)).") var habit: Habit?
    @Option(help: "How often the habit 'interval' reads, such as 500ms or 2s.")
    var reloadEvery: Length = .init(.seconds(2))
    @Option(help: "The time between two requests.") var pause: Length = .init(.milliseconds(5))

    @Option(help: "Where to write the adoption report.") var report: String?
    @Option(help: "Where to write the process id.") var pidFile: String?
    @Option(help: "Where to write the counts, as JSON.") var stats: String?

    private static func list<Choice: CaseIterable & RawRepresentable>(
        _: Choice.Type
    ) -> String where Choice.RawValue == String {
        Choice.allCases.map(\.rawValue).joined(separator: ", ")
    }

    func validate() throws {
        let vault = [vaultAddress, vaultTokenFile, vaultPath, vaultField]
        let isVault = vault.contains { $0 != nil }
        guard isVault != (secretFile != nil) else {
            throw ValidationError("name either --secret-file or the --vault options")
        }
        guard !isVault || !vault.contains(nil) else {
            throw ValidationError("a secret store needs all four --vault options")
        }
        guard !isVault || (jsonField == nil && dotenvVariable == nil) else {
            throw ValidationError(
                "--json-field and --dotenv-variable are for files; name --vault-field")
        }
        guard (clientIDField == nil && candidateField == nil) || jsonField != nil else {
            throw ValidationError("--client-id-field and --candidate-field need --json-field")
        }
        guard clientIDField == nil || candidateField == nil else {
            throw ValidationError("name either --client-id-field or --candidate-field")
        }
        guard jsonField == nil || dotenvVariable == nil else {
            throw ValidationError("name either --json-field or --dotenv-variable")
        }
        guard !isVault || habit != .watch else {
            throw ValidationError("a secret store can't be watched; its habit is interval")
        }
    }

    func run() async throws {
        let signals = Signals()
        let http = CurlClient(.init(userAgent: "practice-consumer"))
        let source = source
        let habit = habit ?? (vaultAddress == nil ? .watch : .interval)
        // Watched before it is read, so that no change falls between the two.
        let changes = try habit == .watch ? secretFile.map(FolderWatch.changes(of:)) : nil
        let consumer = try await Consumer(setup(source), http: http)
        try showProcess()
        await work(consumer, habit, changes, until: signals)
        await consumer.showTally()
        if let pidFile { try? FileManager.default.removeItem(atPath: pidFile) }
        http.close()
        withExtendedLifetime(signals) {}
    }

    /// Fetches, shows and reloads until a signal says to end.
    private func work(
        _ consumer: Consumer, _ habit: Habit, _ changes: AsyncStream<Void>?, until signals: Signals
    ) async {
        let (pause, interval) = (pause.duration, reloadEvery.duration)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    let isThere = await consumer.fetch()
                    try? await Task.sleep(for: isThere ? pause : max(pause, .milliseconds(50)))
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    await consumer.showTally()
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
            if let changes {
                group.addTask { for await _ in changes { await consumer.reload() } }
            }
            if habit == .interval {
                group.addTask {
                    while (try? await Task.sleep(for: interval)) != nil { await consumer.reload() }
                }
            }
            for await signal in signals.arriving {
                if signal != SIGHUP { break }
                if habit == .hook { await consumer.reload() }
            }
            group.cancelAll()
        }
    }

    private var source: SecretSource {
        if let vaultAddress, let vaultTokenFile, let vaultPath, let vaultField {
            let address =
                vaultAddress.hasSuffix("/") ? String(vaultAddress.dropLast()) : vaultAddress
            return .vault(
                address: address, tokenFile: vaultTokenFile, path: vaultPath, field: vaultField)
        }
        if let dotenvVariable {
            return .dotenv(path: secretFile ?? "", variable: dotenvVariable)
        }
        if let clientIDField, let jsonField {
            return .pair(path: secretFile ?? "", field: jsonField, idField: clientIDField)
        }
        if let candidateField, let jsonField {
            return .twofold(
                path: secretFile ?? "", field: jsonField, candidateField: candidateField)
        }
        return .file(path: secretFile ?? "", field: jsonField)
    }

    private func setup(_ source: SecretSource) -> Consumer.Setup {
        Consumer.Setup(
            name: name, clientID: clientID,
            endpoint: TokenEndpoint(url: tokenEndpoint, scope: scope, caFile: caFile),
            postsSecret: auth == .post, source: source, reportPath: report, statsPath: stats)
    }

    private func showProcess() throws {
        guard let pidFile else { return }
        try Data("\(getpid())\n".utf8).write(to: URL(fileURLWithPath: pidFile), options: .atomic)
    }
}
