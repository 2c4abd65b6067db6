import AdapterContracts
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What the stores of Azure, of Google and of OpenStack have in common.
@Suite(.practice, .serialized) struct CloudStoreTests {
    typealias Service = CloudGround.Service

    private let practice: Practice

    init() throws { practice = try #require(Practice.current) }

    private func ground(_ service: Service) -> CloudGround {
        CloudGround(service, practice.values)
    }

    /// The request that makes a version: its method, and how its path ends.
    private static func write(_ service: Service, _ name: String) -> (String, String) {
        switch service {
        case .keyVault: ("PUT", "/secrets/\(name)")
        case .secretManager: ("POST", "/\(name):addVersion")
        case .barbican: ("POST", "/v1/secrets")
        }
    }

    @Test(arguments: Service.allCases, StoreForm.all)
    func `the store keeps its contract, whichever call is cut`(service: Service, form: StoreForm)
        async throws
    {
        let ground = ground(service)
        let name = try await ground.make(form.holding("initial"))
        let values = form.settings.merging(["secret": .text(name)]) { $1 }
        let store = try await ground.store(values)
        let contract = SecretStoreContract(
            store,
            cutting: { try await ground.cutStore(values, at: $0) },
            versions: { try await ground.versions(of: name).count },
            writeElsewhere: { try await ground.put(form.holding($0), in: name) })
        #expect(await contract.violations() == [])
        #expect(!store.capabilities.comparesAndSets)
    }

    @Test(arguments: [(Service.keyVault, 25_000), (.secretManager, 65_000)])
    func `what would not fit is not sent`(service: Service, size: Int) async throws {
        let ground = ground(service)
        let filler = String(repeating: "x", count: size)
        let name = try await ground.make(#"{"s":"o","f":"\#(filler)"}"#)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == ["\(service.rawValue)-nearly-full"])
        let error = await adapterError {
            try await store.replace(with: String(repeating: "y", count: 600))
        }
        #expect(error?.code == "\(service.rawValue)-too-big" && error?.kind == .refused)
        try await store.replace(with: String(repeating: "y", count: 500))
        #expect(try await ground.versions(of: name).count == 2)
    }

    @Test(
        arguments: Service.allCases,
        [("error_after_effect", true), ("lost_answer", true), ("error_before_effect", false)])
    func `an error that may hide a success is unknown, and is found out by reading`(
        service: Service, fault: (kind: String, isDone: Bool)
    ) async throws {
        let ground = ground(service)
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let (method, path) = Self.write(service, name)
        try await practice.fault(fault.kind, method: method, path: ".*\(path)")
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .unknown)
        #expect(try await ground.text(of: name) == (fault.isDone ? "new" : "old"))
        if !fault.isDone { try await store.replace(with: "new") }
        #expect(try await ground.versions(of: name).count == 2)
    }

    @Test(arguments: Service.allCases, [true, false])
    func `who wrote around the comparison is told of`(service: Service, isBefore: Bool)
        async throws
    {
        let ground = ground(service)
        let name = try await ground.make("old")
        let real = ground.http
        let (method, path) = Self.write(service, name)
        let interloper = Recorder { request throws(HTTPFailure) in
            let isWrite =
                request.method == method
                && request.url.prefix { $0 != "?" }.hasSuffix(path)
            if isWrite, isBefore { try? await ground.put("theirs", in: name) }
            let answer = try await real.send(request)
            if isWrite, !isBefore { try? await ground.put("theirs", in: name) }
            return answer
        }
        let store = try await ground.store(["secret": .text(name)], over: interloper)
        let error = await adapterError { try await store.replace(with: "ours") }
        #expect(error?.kind == .unknown && error?.code == "\(service.rawValue)-overtaken")
        if service == .secretManager {
            #expect(error?.message.contains("versions 2 to 3") == true)
        }
        #expect(try await ground.text(of: name) == (isBefore ? "ours" : "theirs"))
        #expect(try await ground.versions(of: name).count == 3)
    }

    @Test(arguments: Service.allCases)
    func `a version that is out of date is not written over`(service: Service) async throws {
        let ground = ground(service)
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        try await ground.put("theirs", in: name)
        for stale in [version, nil] {
            let error = await adapterError {
                try await store.write(ClientSecret("ours"), replacing: stale)
            }
            #expect(error?.kind == .conflict && error?.code == "\(service.rawValue)-changed")
        }
        #expect(try await ground.text(of: name) == "theirs")
    }
}
