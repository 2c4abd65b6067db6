import AdapterContracts
import RotationCore
import Testing

@testable import Adapters

/// Two clients that take turns, at a server where the caller makes the secret and at one that does.
@Suite(.practice, .serialized) struct BlueGreenTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func pair(_ dialect: String) async throws
        -> (server: BlueGreen, blue: (id: String, secret: ClientSecret), green: String)
    {
        let blue = try await practice.client(dialect, "")
        let green = try await practice.client(dialect, "")
        let settings: [String: SettingValue] =
            dialect == "authentik"
            ? [
                "url": .text(practice["AUTHENTIK_URL"]),
                "admin": .group(["token": "env:AUTHENTIK_TOKEN"]),
            ]
            : [
                "url": .text(practice["GITLAB_URL"]),
                "admin": .group(["token": "env:GITLAB_TOKEN"]),
            ]
        let sides = [
            try await practice.server(dialect, settings, blue.id, [:]),
            try await practice.server(dialect, settings, green.id, [:]),
        ]
        let registrations = zip([blue.id, green.id], sides).map { id, server in
            BlueGreen.Registration(client: ClientID(rawValue: id), server: server)
        }
        return (
            try BlueGreen(blue: registrations[0], green: registrations[1]), blue, green.id
        )
    }

    @Test(arguments: ["authentik", "gitlab"])
    func `the pair keeps the contract of a server with two secrets`(dialect: String) async throws {
        let (server, blue, _) = try await pair(dialect)
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: blue.secret)
        #expect(result.violations == [])
    }

    @Test func `nothing is thrown away while the secret that must stay is refused`() async throws {
        let (server, blue, green) = try await pair("authentik")
        let id = CredentialID(rawValue: blue.id)
        let error = await adapterError {
            try await server.delete(id, keeping: Practice.secret())
        }
        #expect(error?.kind == .conflict && error?.code == "blue-green-survivor-refused")
        #expect(try await server.authenticate(with: blue.secret, connection: .fresh) == .accepted)
        let made = try await server.create(Practice.secret(), beside: id, label: "l")
        #expect(made.id.rawValue == green)
    }

    @Test func `who is in use must be said, and be one of the two`() async throws {
        let (server, _, _) = try await pair("authentik")
        let stranger = CredentialID(rawValue: "stranger")
        for error in [
            await adapterError { _ = try await server.create(Practice.secret(), label: "l") },
            await adapterError {
                _ = try await server.create(Practice.secret(), beside: stranger, label: "l")
            },
        ] { #expect(error?.code == "blue-green-no-side") }
        let error = await adapterError {
            try await server.delete(stranger, keeping: Practice.secret())
        }
        #expect(error?.kind == .missing)
    }
}
