import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct HydraTests {
    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func hydra(
        _ client: (id: String, secret: ClientSecret), _ more: [String: SettingValue] = [:],
        isExclusive: Bool = true, http: (any HTTPClient)? = nil
    ) async throws -> any AuthorizationServer {
        let standard: [String: SettingValue] = [
            "url": .text(practice["HYDRA_URL"]), "issuer": .text(practice["HYDRA_URL"]),
        ]
        let plan = Plan(
            client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: client.id),
            server: .of("hydra", standard.merging(more) { $1 }), stores: [],
            isExclusive: isExclusive)
        let registry = AdapterRegistry(http: http ?? practice.http, environment: [:]) {
            Instant(milliseconds: 0)
        }
        return try await registry.server(of: plan)
    }

    /// A Hydra from before the feature: the path leads nowhere.
    private struct WithoutRotation: HTTPClient {
        let http: CurlClient
        let status: Int

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            guard request.url.hasSuffix("/rotate") else { return try await http.send(request) }
            return HTTPResponse(
                status: status, headers: ["Content-Type": "text/plain"],
                body: Array("page not found".utf8))
        }
    }

    @Test(arguments: ["client_secret_basic", "client_secret_post"])
    func `the adapter keeps the contract`(method: String) async throws {
        let client = try await practice.client("hydra")
        let server = try await hydra(client, ["token_endpoint_auth_method": .text(method)])
        let result = await AuthorizationServerContract(server, makeSecret: Practice.secret)
            .run(old: client.secret)
        #expect(result.violations == [])
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    /// What came late stands in front, where Hydra's own deletion would have kept it.
    @Test(arguments: ["current", "retained"])
    func `what must stay stays, and everything else goes`(id: String) async throws {
        let client = try await practice.client("hydra")
        let server = try await hydra(client)
        let new = try #require(try await server.create(nil, label: "l").secret)
        try await practice.fault("lost_answer", method: "POST", path: ".*/rotate")
        let error = await adapterError { _ = try await server.create(nil, label: "l") }
        #expect(error?.kind == .unknown)
        #expect(try await practice.liveSecrets(client.id) == 3)
        let survivor = id == "retained" ? new : client.secret
        try await server.delete(CredentialID(rawValue: id), keeping: survivor)
        #expect(try await server.authenticate(with: survivor, connection: .fresh) == .accepted)
        #expect(try await practice.liveSecrets(client.id) == 1)
    }

    @Test func `nothing is dropped while the survivor is refused`() async throws {
        let client = try await practice.client("hydra")
        let server = try await hydra(client)
        _ = try await server.create(nil, label: "l")
        let error = await adapterError {
            try await server.delete(CredentialID(rawValue: "retained"), keeping: Practice.secret())
        }
        #expect(error?.kind == .conflict && error?.code == "hydra-survivor-refused")
        #expect(try await practice.liveSecrets(client.id) == 2)
    }

    @Test func `an older Hydra is told from a client that isn't there`() async throws {
        let client = try await practice.client("hydra")
        for status in [404, 405] {
            let old = try await hydra(
                client, http: WithoutRotation(http: practice.http, status: status))
            let error = await adapterError { _ = try await old.create(nil, label: "l") }
            #expect(error?.kind == .refused && error?.code == "hydra-too-old")
        }
        let stranger = try await hydra((id: "nobody", secret: client.secret))
        let missing = await adapterError { _ = try await stranger.create(nil, label: "l") }
        #expect(missing?.kind == .missing)
        #expect(try await stranger.preflight(overlap: .hours(1)).map(\.code) == ["hydra-not-found"])
    }

    @Test func `a plan that isn't exclusive, and a client without a secret, are problems`()
        async throws
    {
        let client = try await practice.client("hydra")
        let shared = try await hydra(client, isExclusive: false)
        let found = try await shared.preflight(overlap: .hours(1))
        #expect(found.map(\.code) == ["hydra-not-exclusive"])
        let signer = try await practice.client("hydra", #","auth_method":"client_secret_jwt""#)
        let codes = try await hydra(signer).preflight(overlap: .hours(1)).map(\.code)
        #expect(codes == ["hydra-no-secret"])
    }
}
