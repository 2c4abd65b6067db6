import Foundation
import ProcessTesting
import Testing

/// One client, its plan, and secrets that must not be seen anywhere but in its stores.
struct CanaryScene {
    let bench: Workbench
    let server: PracticeServerProcess
    let bao: OpenBaoProcess
    let place: String
    /// The client that rotates now.
    private(set) var client = "canary-client"
    private let dialect: PracticeServerProcess.Dialect
    private let admin: String
    /// The first secret of each client.
    private var first: [String: String] = [:]
    let holdover: HoldoverProcess
    let consumer: ConsumerProcess

    private static func canary(_ name: String) -> String {
        "canary\(name)\(UUID().uuidString.replacingOccurrences(of: "-", with: ""))"
    }

    /// `isLocked` gives the command an admin credential that the server refuses.
    init(
        on bench: Workbench, _ dialect: PracticeServerProcess.Dialect, isLocked: Bool = false
    ) async throws {
        self.bench = bench
        self.dialect = dialect
        admin = Self.canary("Admin")
        let old = Self.canary("Old")
        first = [client: old]
        server = try await PracticeServerProcess.start(
            on: bench,
            environment: [
                "PRACTICE_OKTA_API_TOKEN": isLocked ? Self.canary("Other") : admin,
                "PRACTICE_KEYCLOAK_ADMIN_SECRET": isLocked ? Self.canary("Other") : admin,
            ])
        try await server.allowKeycloakRotation()
        bao = try await OpenBaoProcess.start(on: bench).withToken(Self.canary("Bao"))
        place = try bench.directory("stores")
        let file = try bench.write(old, to: "stores/secret")
        try await server.createClient(dialect, client, secret: old)
        try await bao.put(old, at: client)
        consumer = try await ConsumerProcess.start(
            "canary-consumer", on: bench, client: client, at: server, dialect,
            reading: .watching(file: file))
        holdover = HoldoverProcess(
            on: bench,
            environment: [
                "OKTA_API_TOKEN": admin, "KEYCLOAK_ADMIN_CLIENT_SECRET": admin,
                "BAO_TOKEN": bao.token, "HOLDOVER_METRICS_FILE": bench.at("holdover.prom"),
            ])
        let made = try await holdover.run(["init"])
        try #require(made.exit == 0, "\(made)")
        try plan().write(on: bench)
    }

    /// Goes on with another client, which nobody consumes.
    mutating func turn(to client: String) async throws {
        let secret = Self.canary("Old")
        self.client = client
        first[client] = secret
        try bench.write(secret, to: "stores/\(file)")
        try await server.createClient(dialect, client, secret: secret)
        try await bao.put(secret, at: client)
    }

    private var isFirst: Bool { client == "canary-client" }
    private var file: String { isFirst ? "secret" : client }

    /// The plan, with a hook that writes down everything that it is given.
    func plan() throws -> PlanText {
        var plan = PlanText.of(
            dialect, client, at: server,
            stores: [PlanText.file("\(place)/\(file)"), PlanText.vault(bao, path: client)])
        let dump =
            #"d=$(mktemp -d "$1/XXXXXX") && cd "$d" && cp /proc/$$/cmdline argv "#
            + "&& cp /proc/$$/environ environ && ls -l /proc/$$/fd >files && cat >input"
        plan.reload = [["/bin/sh", "-c", dump, "hook", try bench.directory("dumps")]]
        if isFirst { plan.add(consumer) } else { plan.rules.append("soak: 50ms") }
        return plan
    }

    /// Every command that says something about the rotation.
    func sayEverything() async throws {
        let status = try await holdover.run(["status", client, "--json"])
        let id =
            status.output.split(separator: "\"").drop { $0 != "rotation" }.dropFirst(2).first
        for arguments in [
            ["check"], ["check", "--json"], ["check", client, "--static"],
            ["start", client, "--dry-run"], ["start", client], ["status"], ["status", "--json"],
            ["status", client], ["explain", client], ["explain", client, "--json"], ["history"],
            ["history", "--json"], ["history", "--rotation", id.map(String.init) ?? client],
            ["history", "--rotation", id.map(String.init) ?? client, "--json"],
            ["audit", "verify"], ["audit", "export"], ["metrics"], ["metrics", "--prometheus"],
            ["run", "--json", "--no-start", "--client", client],
        ] { _ = try await holdover.run(arguments) }
    }

    /// Every secret by its name; `more` are such that came to be later.
    func scan(_ more: [String: String] = [:]) async throws -> CanaryScan {
        var secrets = ["the admin credential": admin, "the token": bao.token]
        for (client, secret) in first {
            secrets["the old secret of \(client)"] = secret
            secrets["what OpenBao holds for \(client)"] = try await bao.get(client)
        }
        for path in try CanaryScan.files(below: place) {
            secrets["what \(path) holds"] = try String(contentsOfFile: path, encoding: .utf8)
        }
        return try CanaryScan(secrets.merging(more) { $1 })
    }

    /// Where a secret was found that is in no store's place.
    ///
    /// The practice server and OpenBao print credentials, and the consumer reads OpenBao's from a
    /// file: those are theirs.
    func leaks(_ scan: CanaryScan) throws -> [CanaryScan.Finding] {
        let theirs = ["-practice-server.", "-openbao.", "/openbao-token", "/openbao/"]
        return try scan.scan(directory: bench.path) { path in
            !path.hasPrefix("\(place)/") && !theirs.contains { path.contains($0) }
        }
    }

    /// Keeps what a killed run left, to be scanned when the new secret is known.
    func keepState(_ number: Int) throws {
        try FileManager.default.copyItem(
            atPath: bench.stateDirectory, toPath: bench.at("state-\(number)"))
    }
}
