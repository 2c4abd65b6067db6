import AdapterContracts
import ProcessTesting
import RotationCore
import Testing

@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .realServer("glewlwyd"), .serialized)
struct RealGlewlwydTests {
    private let real: RealServerProcess

    init() throws { real = try #require(WithRealServer.current) }

    private func server() async throws -> any AuthorizationServer {
        try await real.server(
            "glewlwyd",
            [
                "url": .text(real["ADMIN_API"]), "scope": "read write",
                "admin": .group(["token": "env:ADMIN_TOKEN"]),
            ], real["CLIENT_ID"])
    }

    @Test func `the adapter keeps the contract`() async throws {
        let server = try await server()
        let result = await AuthorizationServerContract(server, makeSecret: RealServerProcess.secret)
            .run(old: ClientSecret(real["CLIENT_SECRET"]))
        #expect(result.violations == [])
    }

    @Test func `a client that registered itself keeps the contract`() async throws {
        let server = try await real.server(
            "rfc7592",
            [
                "url": .text(real["REGISTERED_URL"]),
                "registration_token": "env:REGISTRATION_TOKEN",
                "rotates_on_update": "true", "keeps_registration_token": "true", "scope": "read",
                "issuer": .text(real["ISSUER"]), "token_endpoint": .text(real["TOKEN_URL"]),
                "refusals": .list(["403"]),
            ], real["REGISTERED_ID"])
        let result = await AuthorizationServerContract(server, makeSecret: RealServerProcess.secret)
            .run(old: ClientSecret(real["REGISTERED_SECRET"]))
        #expect(result.violations == [])
    }

    @Test func `a client's scopes are those that it registered`() async throws {
        #expect(try await server().scopes() == ["read", "write"])
    }

    @Test func `its log has what the page says of who is refused`() async throws {
        let words =
            "Security - Authorization invalid for client_id \(real["CLIENT_ID"]) "
            + "at IP Address 127.0.0.1"
        #expect(try await real.logs(words, ofRefusalBy: server()))
    }
}
