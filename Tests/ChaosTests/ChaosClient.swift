import Foundation
import ProcessTesting
import Testing

/// A client with three stores and three consumers that fetch tokens all the time.
struct ChaosClient {
    let dialect: PracticeServerProcess.Dialect
    let id: String
    /// The directory of the two file stores.
    let place: String
    let consumers: [ConsumerProcess]

    var rawFile: String { "\(place)/secret" }
    var jsonFile: String { "\(place)/config.json" }

    init(
        _ dialect: PracticeServerProcess.Dialect, secret: String, in world: ChaosWorld
    ) async throws {
        self.dialect = dialect
        id = "chaos-\(dialect)"
        let bench = world.bench
        place = "\(bench.disk)/\(id)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try await world.server.createClient(dialect, id, secret: secret)
        try Data(secret.utf8).write(to: URL(fileURLWithPath: "\(place)/secret"))
        try Data(Self.json(secret).utf8).write(to: URL(fileURLWithPath: "\(place)/config.json"))
        try await world.bao.put(secret, at: id)
        var started: [ConsumerProcess] = []
        for (name, source) in [
            ("watcher", ConsumerProcess.Source.watching(file: "\(place)/secret")),
            ("hooked", .hooked(file: "\(place)/config.json", field: "client_secret")),
            (
                "poller",
                .polling(world.bao, path: id, field: "client_secret", every: .milliseconds(200))
            ),
        ] {
            started.append(
                try await ConsumerProcess.start(
                    "\(dialect)-\(name)", on: bench, client: id, at: world.server, dialect,
                    reading: source, pause: .milliseconds(40)))
        }
        consumers = started
        try plan(in: world).write(on: bench)
    }

    private func plan(in world: ChaosWorld) -> PlanText {
        var plan = PlanText.of(
            dialect, id, at: world.server,
            stores: [
                PlanText.file(rawFile),
                PlanText.file(jsonFile, "name: json", "format: json", "field: client_secret"),
                PlanText.vault(world.bao, path: id),
            ])
        plan.reload = [ConsumerProcess.reloading("\(dialect)-hooked", on: world.bench)]
        consumers.forEach { plan.add($0) }
        return plan
    }

    static func json(_ secret: String) -> String {
        "{\n  \"name\" : \"billing\",\n  \"client_secret\": \"\(secret)\"\n}\n"
    }

    /// What is in the directory of the file stores.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place).sorted()
    }

    /// Looks without a pause until there is a temporary file, or the process is over.
    ///
    /// On a thread of its own: the file is there for the time of a sync only.
    func seesTemporaryFile(of process: SpawnedProcess) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                while process.ending == nil {
                    if (try? files().contains { $0.hasSuffix(".tmp") }) == true { break }
                }
                continuation.resume()
            }
        }
    }

    /// The paths of the admin calls that change something, as regular expressions.
    var mutations: [(method: String, path: String)] {
        switch dialect {
        case .okta:
            let secrets = "/api/v1/apps/\(id)/credentials/secrets"
            return [
                ("POST", secrets), ("POST", "\(secrets)/[^/]*/lifecycle/deactivate"),
                ("DELETE", "\(secrets)/[^/]*"),
            ]
        case .keycloak:
            let client = "/admin/realms/practice/clients/[^/]*"
            return [
                ("POST", "\(client)/client-secret"), ("PUT", client),
                ("DELETE", "\(client)/client-secret/rotated"),
            ]
        case .entra: return [("POST", ".*/addPassword"), ("POST", ".*/removePassword")]
        case .cognito:
            return [
                ("POST", ".*AddUserPoolClientSecret"), ("POST", ".*DeleteUserPoolClientSecret"),
            ]
        case .logto: return [("POST", "/logto/.*/secrets"), ("DELETE", "/logto/.*/secrets/.*")]
        case .hydra: return [("POST", "/hydra/.*/rotate"), ("PATCH", "/hydra/.*")]
        case .uaa: return [("PUT", "/uaa/oauth/clients/.*/secret")]
        case .gravitee:
            return [("POST", "/gravitee/.*/secrets"), ("DELETE", "/gravitee/.*/secrets/.*")]
        case .google:
            return [
                ("POST", "/google/.*/credentials"), ("PATCH", "/google/.*/credentials/.*"),
                ("DELETE", "/google/.*/credentials/.*"),
            ]
        case .oktaAPIService:
            return [
                ("POST", "/okta-api-service/.*/secrets"),
                ("POST", "/okta-api-service/.*/deactivate"),
                ("DELETE", "/okta-api-service/.*/secrets/.*"),
            ]
        case .pingfederate: return [("PUT", "/pingfederate/.*/clientSecret")]
        case .buntubi:
            return [("POST", "/buntubi/.*/secrets"), ("DELETE", "/buntubi/.*/secrets/.*")]
        case .salesforce:
            let staged = "/salesforce/.*/staged"
            return [("POST", staged), ("PATCH", "\(staged)/.*"), ("DELETE", "\(staged)/.*")]
        case .glewlwyd: return [("PUT", "/glewlwyd/.*")]
        case .lemonldap: return [("PATCH", "/lemonldap/.*")]
        case .rfc7592: return [("PUT", "/rfc7592/.*")]
        case .wso2: return [("POST", "/wso2/.*/secrets"), ("DELETE", "/wso2/.*/secrets/.*")]
        case .authlete: return [("POST", "/authlete/.*/client/secret/update/.*")]
        case .zitadel: return [("POST", "/zitadel/v2/users/.*/secret")]
        case .authentik: return [("PATCH", "/authentik/.*/providers/oauth2/.*/")]
        case .gitlab: return [("POST", "/gitlab/.*/renew-secret")]
        case .auth0: return [("PATCH", "/auth0/.*/clients/.*")]
        case .pingone: return [("POST", "/pingone/.*/secret"), ("DELETE", "/pingone/.*/secret")]
        }
    }
}
