import ProcessTesting

extension Soak {
    /// Nobody was locked out, nothing is left over, and no secret lies where none may be.
    func judge(_ figures: inout SoakFigures) async throws {
        for consumer in consumers {
            let counts = await consumer.counts
            figures.requests += counts.requests
            figures.secrets += counts.secrets
            if counts.failed > 0 {
                figures.problems.append("\(counts.failed) failed; \(counts.lastFailure)")
            }
            if counts.unreadable > 0 { figures.problems.append("\(consumer.name): unreadable") }
        }
        for client in clients { figures.problems += try await problems(of: client) }
        let verdict = try await holdover.run(["audit", "verify"])
        if verdict.exit != 0 { figures.problems.append("\(verdict)") }
        figures.problems += try leaks()
    }

    private func problems(of client: SoakClient) async throws -> [String] {
        let secret = try client.stored()
        var problems: [String] = []
        if secret == client.first { problems.append("\(client.id) was never rotated") }
        guard try await server.tokenStatus(client.dialect, client.id, secret) == 200 else {
            return problems + ["\(client.id): what its file holds is not accepted"]
        }
        let isAlone = try await eventually(within: .seconds(5)) {
            let report = try await server.client(client.id)
            return report.live.count == 1 && report.secrets.count(where: \.isAccepted) == 1
        }
        if !isAlone { problems.append("\(client.id): more than one secret is left") }
        return problems
    }

    /// Secrets in the journal, its key's directory, or in anything that the command said.
    private func leaks() throws -> [String] {
        var secrets = ["the admin token": server["OKTA_API_TOKEN"]]
        secrets["the admin secret"] = server["KEYCLOAK_ADMIN_CLIENT_SECRET"]
        for client in clients {
            secrets["the first secret of \(client.id)"] = client.first
            secrets["the last secret of \(client.id)"] = try client.stored()
        }
        let scan = try CanaryScan(secrets.filter { $0.value.count >= 16 })
        // The practice server prints its credentials: those are its own.
        let found = try scan.scan(directory: bench.path) {
            !$0.hasPrefix(bench.at("stores/")) && !$0.contains("-practice-server.")
        }
        return found.map(\.description)
    }
}
