import ArgumentParser
import Foundation

/// Serves in the foreground, until SIGTERM or SIGINT.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM or SIGINT (the default).")

    @OptionGroup var options: ServeOptions

    @Option(help: "File to write the port to, once the server listens.")
    var portFile: String?

    @Flag(help: .hidden) var newSession = false

    func run() async throws {
        if newSession { _ = setsid() }
        let signals = [SIGTERM, SIGINT].map(Self.exitOn)
        let credentials = try PracticeCredentials(
            oktaTokenFile: options.oktaTokenFile, keycloakSecretFile: options.keycloakSecretFile,
            keyFile: options.keyFile, environment: ProcessInfo.processInfo.environment)
        let seed = try options.seedFile.map { try PracticeWorld.Seed(file: $0) }
        let world = PracticeWorld(credentials: credentials, seed: seed ?? .init())
        let practice = Practice(state: PracticeState(), credentials: credentials)
        try await world.reset(practice)
        let application = PracticeApplication(
            practice: practice, world: world, issuer: try await TokenIssuer())
        let (portFile, newSession) = (portFile, newSession)
        try await application.run(port: options.port) { base in
            Self.announce(base, credentials, portFile: portFile)
            if newSession { Self.letGoOfOutput() }
        }
        withExtendedLifetime(signals) {}
    }

    /// Ends at once with exit code 0: there is nothing to save.
    private static func exitOn(_ number: Int32) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { Foundation.exit(0) }
        source.resume()
        return source
    }

    /// Whoever captures the output of `start` must not wait for the server to end.
    private static func letGoOfOutput() {
        let null = open("/dev/null", O_WRONLY)
        for output in [STDOUT_FILENO, STDERR_FILENO] { dup2(null, output) }
        close(null)
    }

    /// `NAME=value` lines; the last is `PRACTICE_PID`, so whoever waits knows that it has them all.
    private static func announce(
        _ base: String, _ credentials: PracticeCredentials, portFile: String?
    ) {
        let lines =
            [
                "PRACTICE_URL=\(base)",
                "PRACTICE_KEY=\(credentials.practiceKey)",
            ] + Dialect.allCases.flatMap { $0.vendor.variables(base: base, credentials) } + [
                "SECRETS_MANAGER_URL=\(base)\(SecretsManagerService.mount)",
                "PARAMETER_STORE_URL=\(base)\(ParameterService.mount)",
                "KUBERNETES_URL=\(base)\(KubernetesService.mount)",
                "KUBERNETES_ADMIN_TOKEN=\(credentials.adminToken)",
                "KUBERNETES_TOKEN=\(credentials.leastToken)",
                "KEY_VAULT_URL=\(base)\(KeyVaultService.mount)",
                "GCP_SECRET_MANAGER_URL=\(base)\(GoogleSecretService.mount)",
                "GOOGLE_METADATA_HOST=\(base.split(separator: "/").last ?? "")",
                "BARBICAN_URL=\(base)\(BarbicanService.mount)",
                "BARBICAN_ADMIN_TOKEN=\(credentials.adminToken)",
                "BARBICAN_LEAST_TOKEN=\(credentials.leastToken)",
                "BARBICAN_READER_TOKEN=\(BarbicanCaller.readerToken)",
                "KEYSTONE_URL=\(base)\(KeystoneService.mount)",
                "KEYSTONE_USER=\(credentials.adminClientID)",
                "KEYSTONE_PROJECT=\(KeystoneService.projectName)",
                "KEYSTONE_CREDENTIAL_ID=\(KeystoneService.credential)",
                "KEYSTONE_SECRET=\(credentials.adminSecret)",
                "PRACTICE_PID=\(getpid())",
            ]
        if let portFile, let port = base.split(separator: ":").last {
            try? Data("\(port)\n".utf8).write(to: URL(filePath: portFile), options: .atomic)
        }
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
    }
}
