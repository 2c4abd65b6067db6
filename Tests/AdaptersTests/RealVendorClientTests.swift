import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// What a store wrote is what the vendor's own client reads, and the store sees what that wrote:
/// at the practice server, which so is shown to be one that the vendor's clients take.
@Suite(
    .enabled(
        if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 installs the vendors' clients"),
    .serialized, .practice, .realServer("vendor-clients")) struct RealVendorClientTests
{
    private let practice: Practice
    private let values: [String: String]

    init() throws {
        practice = try #require(Practice.current)
        let clients = try #require(WithRealServer.named["vendor-clients"])
        values = practice.values.merging(clients.values) { $1 }
    }

    @Test(arguments: [
        (CloudGround.Service.keyVault, VendorClient.Kind.keyVault, "disabled"),
        (.secretManager, .google, "not-enabled"),
    ])
    func `clients of Azure and of Google see what was written, and are seen`(
        service: CloudGround.Service, kind: VendorClient.Kind, disabled: String
    ) async throws {
        let ground = CloudGround(service, values)
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let client = VendorClient(kind, values)
        try await client.agree(with: store, on: name)
        try await client.disable(name)
        #expect(try await store.preflight().map(\.code) == ["\(service.rawValue)-\(disabled)"])
    }

    @Test(arguments: [
        (VendorClient.Kind.boto3, AWSGround.Service.secretsManager), (.aws, .secretsManager),
        (.boto3Parameter, .parameterStore), (.awsParameter, .parameterStore),
    ])
    func `clients of Amazon see what was written, and are seen`(
        kind: VendorClient.Kind, service: AWSGround.Service
    ) async throws {
        let ground = practice.ground(service)
        let isSecret = service == .secretsManager
        let name =
            isSecret ? try await ground.makeSecret("old") : try await ground.makeParameter("old")
        let store = try await ground.store([isSecret ? "secret" : "parameter": .text(name)])
        try await VendorClient(kind, values, at: ground).agree(with: store, on: name)
    }
}
