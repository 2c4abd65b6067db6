import AdapterContracts
import Glibc
import ProcessTesting
import RotationCore
import Testing

/// `Tests/Services/dot-server.py`, at a real django-oauth-toolkit.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .realServer("dot"), .serialized)
struct RealDjangoOAuthToolkitTests {
    private let real: RealServerProcess

    init() throws {
        real = try #require(WithRealServer.current)
        // As the command does: a program may end before it has read its request.
        signal(SIGPIPE, SIG_IGN)
    }

    @Test func `the program keeps the contract`() async throws {
        let program = RealServerProcess.service("dot-server.py")
        let server = try await real.server(
            "exec",
            [
                "command": .list(
                    [real["PYTHON"], program, real["SITE"], real["SETTINGS"]].map { .text($0) }),
                "token_endpoint": .text(real["TOKEN_URL"]), "scope": "read",
                "capabilities": .group([
                    "shape": "single", "limit": "1", "origin": "client", "recognition": "trial",
                ]),
            ], real["CLIENT_ID"])
        let result = await AuthorizationServerContract(
            server, makeSecret: RealServerProcess.secret
        ).run(old: ClientSecret(real["CLIENT_SECRET"]))
        #expect(result.violations == [])
    }
}
