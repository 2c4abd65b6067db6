import AdapterContracts
import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// The stores of AWS at a moto server, which checks signatures, and whose user `holdover` may do no
/// more than the stores' pages say.
///
/// An emulator, and known to be wrong in places: it takes a token twice for other data, and answers
/// without a label what another label is on. Neither is asked of it.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 starts a moto server"),
    .serialized, .realServer("moto"), .realServer("vendor-clients")) struct RealMotoTests
{
    private let server: RealServerProcess

    init() throws { server = try #require(WithRealServer.named["moto"]) }

    private func ground(_ service: AWSGround.Service, as user: String = "") -> AWSGround {
        AWSGround(
            service: service, url: server["URL"], http: CurlClient(),
            environment: ["KEY_ID": server["\(user)KEY_ID"], "KEY": server["\(user)KEY"]])
    }

    private static let fields: [String: SettingValue] = [
        "field": "oauth.secret", "client_id_field": "oauth.id", "candidate_field": "/next",
    ]
    private static let document = #"{"oauth": {"id": "blue", "secret": "%"}, "next": null}"#

    @Test(arguments: [([:], "%"), (fields, document)] as [([String: SettingValue], String)])
    func `Secrets Manager keeps the contract, whichever call is cut`(
        settings: [String: SettingValue], text: String
    ) async throws {
        let (ground, other) = (ground(.secretsManager), ground(.secretsManager, as: "OTHER_"))
        let name = try await other.makeSecret(text.replacing("%", with: "initial"))
        let values = settings.merging(["secret": .text(name)]) { $1 }
        let store = try await ground.store(values)
        let contract = SecretStoreContract(
            store, cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try await other.versions(of: name) },
            writeElsewhere: {
                try await other.replaceSecret(text.replacing("%", with: $0), in: name)
            })
        #expect(await contract.violations() == [])
        let before = try await other.secret(name)
        try await store.write(ClientSecret("last"), replacing: try await store.read()?.version)
        try await store.sweep()
        #expect(try await other.secret(name, at: "AWSPREVIOUS") == before)
        #expect(try await !other.isPending(name))
    }

    @Test(arguments: [([:], "%"), (fields, document)] as [([String: SettingValue], String)])
    func `Parameter Store keeps the contract, whichever call is cut`(
        settings: [String: SettingValue], text: String
    ) async throws {
        let (ground, other) = (ground(.parameterStore), ground(.parameterStore, as: "OTHER_"))
        let name = try await other.makeParameter(
            text.replacing("%", with: "initial"),
            [
                ("KeyId", .text("alias/ours")), ("Tier", .text("Advanced")),
                ("Description", .text("billing's")),
            ])
        try await other.ask(
            "LabelParameterVersion",
            [("Name", .text(name)), ("ParameterVersion", .number(1)), ("Labels", .texts(["live"]))])
        for more in [[:], ["label": "live"]] as [[String: SettingValue]] {
            let values = settings.merging(["parameter": .text(name)]) { $1 }.merging(more) { $1 }
            let contract = SecretStoreContract(
                try await ground.store(values),
                cutting: { try await ground.cutStore(values, at: $0) },
                writeElsewhere: { _ in })
            #expect(await contract.violations() == [])
        }
        for (member, value) in [
            ("KeyId", "alias/ours"), ("Tier", "Advanced"), ("Description", "billing's"),
        ] {
            #expect(try await other.trait(member, of: name) == value)
        }
    }

    @Test(arguments: [
        (VendorClient.Kind.boto3, AWSGround.Service.secretsManager), (.aws, .secretsManager),
        (.boto3Parameter, .parameterStore), (.awsParameter, .parameterStore),
    ])
    func `Amazon's own clients read what was written, and are seen`(
        kind: VendorClient.Kind, service: AWSGround.Service
    ) async throws {
        let (ground, other) = (ground(service), ground(service, as: "OTHER_"))
        let isSecret = service == .secretsManager
        let name =
            isSecret ? try await other.makeSecret("old") : try await other.makeParameter("old")
        let store = try await ground.store([isSecret ? "secret" : "parameter": .text(name)])
        let clients = try #require(WithRealServer.named["vendor-clients"])
        let values = clients.values.merging(["STAGED": "1"]) { $1 }
        try await VendorClient(kind, values, at: other).agree(with: store, on: name)
    }

    @Test func `wrong keys and missing things are told apart`() async throws {
        for (service, setting) in [
            (AWSGround.Service.secretsManager, "secret"), (.parameterStore, "parameter"),
        ] {
            let ground = ground(service)
            let name = "billing/nowhere"
            let missing = try await ground.store([setting: .text(name)])
            #expect(await adapterError { _ = try await missing.read() }?.kind == .missing)
            for wrong in [["KEY_ID": "AKIAWRONG"], ["KEY": "wrong"]] {
                let stranger = try await ground.store([setting: .text(name)], wrong)
                let error = await adapterError { _ = try await stranger.read() }
                #expect(error?.kind == .unauthorized)
            }
        }
    }
}
