import AdapterContracts
import Foundation
import ProcessTesting
import RotationCore
import Testing

@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .realServer("lemonldap"), .serialized)
struct RealLemonLDAPTests {
    private let real: RealServerProcess

    init() throws { real = try #require(WithRealServer.current) }

    /// What the adapter reads the secret again for: the API ignores what saving says.
    @Test func `a locked configuration is answered with success, and nothing is stored`()
        async throws
    {
        let server = try await real.server(
            "lemonldap",
            [
                "url": .text(real["ADMIN_API"].replacing("/api/v1", with: "")),
                "issuer": .text(real["ISSUER"]),
            ], real["CLIENT_ID"])
        let old = try #require(try await server.credentials(knowing: KnownSecrets()).first?.secret)
        let lock = "\(real["CONFIGURATION"])/lmConf.lock"
        #expect(FileManager.default.createFile(atPath: lock, contents: nil))
        let error = await adapterError {
            _ = try await server.create(RealServerProcess.secret(), label: "l")
        }
        try FileManager.default.removeItem(atPath: lock)
        #expect(error?.kind == .unknown && error?.code == "lemonldap-not-stored")
        let listed = try await server.credentials(knowing: KnownSecrets(old: old))
        #expect(listed.map(\.holds) == [.old])
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract, once every worker of the portal has learned`(
        method: String
    ) async throws {
        let server = try await real.server(
            "lemonldap",
            [
                "url": .text(real["ADMIN_API"].replacing("/api/v1", with: "")),
                "issuer": .text(real["ISSUER"]), "propagation": "10s",
                "token_endpoint_auth_method": .text(method),
            ], real["CLIENT_ID"])
        let old = try #require(try await server.credentials(knowing: KnownSecrets()).first?.secret)
        let result = await AuthorizationServerContract(
            SettledServer(server: server), makeSecret: RealServerProcess.secret
        ).run(old: old)
        #expect(result.violations == [])
    }

    @Test func `its log has what the page says of who is refused`() async throws {
        let server = try await real.server(
            "lemonldap",
            [
                "url": .text(real["ADMIN_API"].replacing("/api/v1", with: "")),
                "issuer": .text(real["ISSUER"]),
            ], real["CLIENT_ID"])
        #expect(try await real.logs("Wrong credentials for a-test", ofRefusalBy: server))
    }
}
