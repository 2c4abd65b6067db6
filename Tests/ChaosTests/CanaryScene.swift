import Foundation
import ProcessTesting
import Testing

/// One client, its plan, and secrets that must not be seen anywhere but in its stores.
struct CanaryScene {
    let bench: Workbench
    let server: PracticeServerProcess
    let bao: OpenBaoProcess
    let client = "canary-client"
    let place: String
    private let dialect: PracticeServerProcess.Dialect
    private let admin: String
    private let old: String
    let holdover: HoldoverProcess
    let consumer: ConsumerProcess

    private static func canary(_ name: String) -> String {
        "canary\(name)\(UUID().uuidString.replacingOccurrences(of: "-", with: ""))"
    }

    /// - Note: `isLocked` gives the command an admin credential that the server refuses.
    init(
        on bench: Workbench, _ dialect: PracticeServerProcess.Dialect, isLocked: Bool = false
    ) async throws {
        self.bench = bench
        self.dialect = dialect
        admin = Self.canary("Admin")
        old = Self.canary("Old")
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
                "BAO_TOKEN": bao.token,
            ])
        let made = try await holdover.run(["init"])
        try #require(made.exit == 0, "\(made)")
        try plan().write(on: bench)
    }

    /// The plan, with a hook that writes down everything that it is given.
    func plan() throws -> PlanText {
        var plan = PlanText.of(
            dialect, client, at: server,
            stores: [PlanText.file("\(place)/secret"), PlanText.vault(bao, path: client)])
        let dump =
            #"d=$(mktemp -d "$1/XXXXXX") && cd "$d" && cp /proc/$$/cmdline argv "#
            + "&& cp /proc/$$/environ environ && ls -l /proc/$$/fd >files && cat >input"
        plan.reload = [["/bin/sh", "-c", dump, "hook", try bench.directory("dumps")]]
        plan.add(consumer)
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
            ["audit", "verify"], ["audit", "export"], ["run", "--json", "--no-start"],
        ] { _ = try await holdover.run(arguments) }
    }

    /// Every secret by its name; `more` are such that came to be later.
    func scan(_ more: [String: String] = [:]) async throws -> CanaryScan {
        var secrets = [
            "the old secret": old, "the admin credential": admin, "the token": bao.token,
        ]
        if let now = try await bao.get(client) { secrets["the secret in OpenBao"] = now }
        let file = try String(contentsOfFile: "\(place)/secret", encoding: .utf8)
        secrets["the secret in the file"] = file
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
