import Foundation
import ProcessTesting
import Testing

/// `holdover stores`: what can be known of stores before a plan is written.
struct StoresTests {
    private func run(_ arguments: String...) async throws -> HoldoverProcess.Outcome {
        try await Workbench.open { bench in
            try await HoldoverProcess(on: bench).run(["stores"] + arguments)
        }
    }

    @Test func `the table has a row for each store, and names the settings that decide`()
        async throws
    {
        let lines = try await run().output.split(separator: "\n").map { line in
            line.split(separator: " ").map(String.init)
        }
        #expect(
            lines.first
                == ["TYPE", "COMPARES", "READABLE", "VERSIONED", "CLIENT_ID", "CANDIDATE"])
        #expect(
            lines.dropFirst().map(\.first) == [
                "aws-secrets-manager", "aws-ssm-parameter", "azure-key-vault", "barbican", "exec",
                "file", "gcp-secret-manager", "kubernetes", "systemd-creds", "vault",
            ])
        let fields = ["client_id_field", "candidate_field"]
        #expect(lines.contains(["file", "yes", "yes", "no"] + fields))
        #expect(lines.contains(["vault", "yes", "yes", "yes"] + fields))
    }

    @Test func `one store is shown with its settings`() async throws {
        let shown = try await run("vault").output
        #expect(shown.hasPrefix("vault: a field of a KV document"))
        #expect(shown.contains("  compares        yes\n"))
        #expect(shown.contains("\nauth.secret_id "))
        struct View: Decodable {
            struct Capabilities: Decodable { let comparesAndSets, versioned: Bool }
            let type, clientIDSetting, candidateSetting: String
            let capabilities: Capabilities
        }
        let view = try JSONDecoder().decode(
            View.self, from: Data(try await run("vault", "--json").output.utf8))
        #expect(view.type == "vault" && view.capabilities.comparesAndSets)
        #expect(view.capabilities.versioned && view.clientIDSetting == "client_id_field")
    }

    @Test func `a store that there isn't is a mistake of usage, and the others are named`()
        async throws
    {
        let outcome = try await run("valt")
        #expect(outcome.exit == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("unknown-store") && outcome.errors.contains("file, "))
    }
}
