import Foundation

/// The sample service as a consumer: it gets its tokens through the library, and is called all the
/// time.
struct DemoService: Sendable {
    let client: String
    let caller: ServiceCaller

    init(client: String) {
        self.client = client
        caller = ServiceCaller(client: client)
    }

    var directory: String { "run/\(client)/service" }
    var secretFile: String { "\(directory)/client-secret" }
    var reportFile: String { "\(directory)/adoption" }

    /// Starts it, and as soon as it listens, its caller.
    func begin(
        _ path: String, on stage: DemoStage, in crew: Crew, tokenURL: String, resourceURL: String
    ) async throws {
        let program = ChildProgram(
            path: path, arguments: [],
            environment: [
                "TOKEN_URL": tokenURL, "RESOURCE_URL": resourceURL, "CLIENT_ID": client,
                "CLIENT_SECRET_FILE": stage.path(secretFile),
                "ADOPTION_FILE": stage.path(reportFile),
            ])
        await crew.hire("\(client)/service", program) { [caller] line in
            let parts = line?.split(separator: "=", maxSplits: 1) ?? []
            if parts.count == 2, parts[0] == "SERVICE_URL" { caller.begin(String(parts[1])) }
        }
    }
}
