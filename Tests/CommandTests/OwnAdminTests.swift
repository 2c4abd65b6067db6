import Foundation
import ProcessTesting
import Testing

/// A client that administers itself: the login of the admin API is the secret that turns.
struct OwnAdminTests {
    typealias Dialect = PracticeServerProcess.Dialect

    private static let rights: [(dialect: Dialect, grants: [String])] = [
        (.keycloak, ["manage-clients", "view-realm"]), (.entra, ["Application.ReadWrite.OwnedBy"]),
        (.pingfederate, ["ADMINISTRATOR"]),
    ]

    private func open(
        _ right: (dialect: Dialect, grants: [String]), _ body: (Stage) async throws -> Void
    ) async throws {
        try await Stage.open(
            right.dialect, grants: right.grants,
            plan: { plan, bench in
                let path = bench.at("store/secret")
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o600], ofItemAtPath: path)
                plan.server.removeAll { $0.hasPrefix("admin:") }
                plan.server.append(
                    "admin: {client_id: \(Stage.client), client_secret: \"file:\(path)\"}")
            }, body)
    }

    @Test(arguments: rights)
    func `the login is switched with the store, and the rotation goes on with it`(
        right: (dialect: Dialect, grants: [String])
    ) async throws {
        try await open(right) { stage in
            try await stage.begin(until: "verify")
            // A process of its own, which has no token of the old secret's.
            try await stage.expectCompletion()
        }
    }

    @Test(arguments: rights)
    func `one run that goes through revokes the old secret by a login with the new one`(
        right: (dialect: Dialect, grants: [String])
    ) async throws {
        try await open(right) { stage in
            let old = try await stage.server.client(Stage.client).live.map(\.id)
            try await stage.begin()
            try await stage.expectCompletion()
            let new = try await stage.server.client(Stage.client).live.map(\.id)
            let changes = try await stage.server.calls(by: Stage.client).filter {
                $0.method != "GET" && (200..<300).contains($0.status)
            }
            // The creation and the deletion.
            #expect(changes.map(\.secretId) == old + new, "\(changes)")
        }
    }

    @Test(arguments: rights)
    func `a rollback goes back with the old login`(right: (dialect: Dialect, grants: [String]))
        async throws
    {
        try await open(right) { stage in
            try await stage.begin(until: "verify")
            try await stage.succeed("rollback", Stage.client, "--reason", "test")
            try await stage.expectReturn()
        }
    }
}
