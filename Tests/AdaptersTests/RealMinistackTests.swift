import AdapterContracts
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// The stores of AWS at a ministack server: another emulator, which is right where moto is wrong.
///
/// It looks at no signature, takes tokens of any length, one token twice for other data, and puts
/// `AWSPENDING` on a version without taking it from another. None of that is asked of it; moto and
/// the practice server are.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 starts a ministack server"),
    .serialized, .realServer("ministack"), .realServer("vendor-clients")) struct RealMinistackTests
{
    private let server: RealServerProcess

    init() throws { server = try #require(WithRealServer.named["ministack"]) }

    private func ground(_ service: AWSGround.Service) -> AWSGround {
        AWSGround(
            service: service, url: server["URL"], http: CurlClient(), environment: server.values)
    }

    @Test(arguments: StoreForm.all)
    func `Secrets Manager keeps the contract, whichever call is cut`(form: StoreForm) async throws {
        let ground = ground(.secretsManager)
        let name = try await ground.makeSecret(form.holding("initial"))
        let values = form.settings.merging(["secret": .text(name)]) { $1 }
        let store = try await ground.store(values)
        let before = try await ground.secret(name)
        try await store.replace(with: "first")
        try await store.sweep()
        #expect(try await ground.secret(name, at: "AWSPREVIOUS") == before)
        // Asked now: after writes that were cut, several versions have the label there.
        #expect(try await !ground.isPending(name))
        let contract = SecretStoreContract(
            store, cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try await ground.versions(of: name) },
            writeElsewhere: { try await ground.putSecret(form.holding($0), in: name) })
        #expect(await contract.violations() == [])
    }

    @Test(arguments: StoreForm.all)
    func `Parameter Store keeps the contract, whichever call is cut`(form: StoreForm) async throws {
        let ground = ground(.parameterStore)
        let name = try await ground.makeParameter(form.holding("initial"))
        try await ground.ask(
            "LabelParameterVersion",
            [("Name", .text(name)), ("ParameterVersion", .number(1)), ("Labels", .texts(["live"]))])
        for more in [[:], ["label": "live"]] as [[String: SettingValue]] {
            let values = form.settings.merging(["parameter": .text(name)]) { $1 }
                .merging(more) { $1 }
            let contract = SecretStoreContract(
                try await ground.store(values),
                cutting: { try await ground.cutStore(values, at: $0) },
                writeElsewhere: { _ in })
            #expect(await contract.violations() == [])
        }
    }

    @Test(arguments: [
        (VendorClient.Kind.boto3, AWSGround.Service.secretsManager), (.aws, .secretsManager),
        (.boto3Parameter, .parameterStore), (.awsParameter, .parameterStore),
    ])
    func `Amazon's own clients read what was written, and are seen`(
        kind: VendorClient.Kind, service: AWSGround.Service
    ) async throws {
        let ground = ground(service)
        let isSecret = service == .secretsManager
        let name =
            isSecret ? try await ground.makeSecret("old") : try await ground.makeParameter("old")
        let store = try await ground.store([isSecret ? "secret" : "parameter": .text(name)])
        let clients = try #require(WithRealServer.named["vendor-clients"])
        try await VendorClient(kind, clients.values, at: ground).agree(with: store, on: name)
    }

    @Test func `missing things are said to be missing`() async throws {
        for (service, setting) in [
            (AWSGround.Service.secretsManager, "secret"), (.parameterStore, "parameter"),
        ] {
            let missing = try await ground(service).store([setting: "billing/nowhere"])
            #expect(await adapterError { _ = try await missing.read() }?.kind == .missing)
        }
    }
}
