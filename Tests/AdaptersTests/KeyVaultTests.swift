import AdapterContracts
import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite(.practice, .serialized) struct KeyVaultTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.keyVault, practice.values)
    }

    @Test(.enabled(if: RecordedExchanges.keyVault != nil, "the vendors' contracts are absent"))
    func `requests and answers have the shape of Microsoft's`() async throws {
        let recorded = try #require(RecordedExchanges.keyVault)
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let ground = CloudGround(.keyVault, practice.values, over: recorder)
        let name = try await ground.make("old", #","contentType":"text/plain","tags":{"a":"b"}"#)
        let store = try await ground.store(["secret": .text(name)])
        for value in ["one", "two"] { try await store.replace(with: value) }
        let missing = try await ground.store(["secret": "nowhere"])
        #expect(await adapterError { _ = try await missing.read() }?.kind == .missing)
        let newest = try #require(try await store.read()?.version.rawValue)
        let off = #"{"attributes":{"enabled":false}}"#
        try await ground.ask("PATCH", ground.path(name, "/\(newest)"), off)
        #expect(
            await adapterError { _ = try await store.read() }?.code == "azure-key-vault-disabled")
        try await ground.ask("DELETE", ground.path(name))
        _ = await adapterError { try await ground.put("x", in: name) }
        _ = await adapterError { try await ground.put("x", in: "bad_name") }
        let calls = recorder.exchanges.filter { $0.request.url.contains("/secrets/") }
        #expect(calls.count > 15)
        for call in calls {
            #expect(recorded.knows(call), "\(call.request.method) \(call.response.status)")
            #expect(recorded.problems(with: call) == [])
        }
        #expect(Set(calls.map(\.response.status)) == [200, 400, 403, 404, 409])
    }

    @Test func `type, dates and tags of others stay, and the old version too`() async throws {
        let name = try await ground.make(
            #"{"s":"old","x":[1.50]}"#,
            #","contentType":"application/json","tags":{"team":"billing","a \"b\"":""},"#
                + #""attributes":{"exp":4102444800,"nbf":1700000000}"#)
        let old = try await ground.versions(of: name)
        let store = try await ground.store(["secret": .text(name), "field": "s"])
        #expect(try await store.preflight().map(\.code) == ["azure-key-vault-expires"])
        try await store.replace(with: "new")
        let newest = try await ground.newest(name)
        #expect(try newest.node(at: ["value"])?.text == #"{"s":"new","x":[1.50]}"#)
        #expect(try newest.node(at: ["contentType"])?.text == "application/json")
        #expect(try newest.node(at: ["tags", "team"])?.text == "billing")
        #expect(try newest.node(at: ["tags", #"a "b""#])?.text == "")
        #expect(try newest.node(at: ["tags", "holdover-write"])?.text?.count == 57)
        let said = String(decoding: newest.bytes, as: UTF8.self)
        #expect(said.contains(#""exp":4102444800"#) && said.contains(#""nbf":1700000000"#))
        #expect(try await ground.text(of: name, at: old[0]) == #"{"s":"old","x":[1.50]}"#)
    }

    @Test func `what has expired is told of, and goes on`() async throws {
        let name = try await ground.make("old", #","attributes":{"exp":1700000000}"#)
        let store = try await ground.store(["secret": .text(name)])
        #expect(try await store.preflight().map(\.code) == ["azure-key-vault-expired"])
        try await store.replace(with: "new")
        #expect(try await ground.text(of: name) == "new")
    }

    @Test func `a certificate's secret is left alone`() async throws {
        let name = try await ground.make("old")
        let held = try await ground.newest(name).bytes
        let managed = Array(#"{"managed":true,"#.utf8) + held.dropFirst()
        let (real, path) = (ground.http, ground.path(name, "/"))
        let certificate = Recorder { request throws(HTTPFailure) in
            let answer = try await real.send(request)
            guard request.url.hasSuffix(path) else { return answer }
            return HTTPResponse(status: 200, headers: answer.headers, body: managed)
        }
        let store = try await ground.store(["secret": .text(name)], over: certificate)
        #expect(try await store.preflight().map(\.code) == ["azure-key-vault-managed"])
        let error = await adapterError { try await store.replace(with: "new") }
        #expect(error?.kind == .refused && error?.code == "azure-key-vault-managed")
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `fifteen tags leave no room for ours, and fourteen do`() async throws {
        for (count, codes) in [(15, ["azure-key-vault-tags-full"]), (14, [])] {
            let tags = (0..<count).map { #""t\#($0)":"v""# }.joined(separator: ",")
            let name = try await ground.make("old", #","tags":{\#(tags)}"#)
            let store = try await ground.store(["secret": .text(name)])
            #expect(try await store.preflight().map(\.code) == codes)
            let error = await adapterError { try await store.replace(with: "new") }
            #expect(error?.code == codes.first && error?.kind == (codes.isEmpty ? nil : .refused))
            // The tag of the last write makes room for the next one's.
            if codes.isEmpty { try await store.replace(with: "newer") }
        }
    }

    @Test func `a write that went through is found by its tag where the newest is behind`()
        async throws
    {
        let name = try await ground.make("old")
        let old = try await ground.newest(name).bytes
        let real = ground.http
        let path = ground.path(name, "/")
        let behind = Recorder { request throws(HTTPFailure) in
            let answer = try await real.send(request)
            guard request.method == "GET", request.url.hasSuffix(path) else { return answer }
            return HTTPResponse(status: 200, headers: answer.headers, body: old)
        }
        let store = try await ground.store(["secret": .text(name)], over: behind)
        for _ in 1...2 {
            let error = await adapterError { try await store.replace(with: "new") }
            #expect(error?.kind == .unknown && error?.code == "azure-key-vault-not-shown")
        }
        #expect(try await ground.versions(of: name).count == 2)
        // Another value is another write.
        let other = await adapterError { try await store.replace(with: "other") }
        #expect(other?.kind == .unknown)
        #expect(try await ground.versions(of: name).count == 3)
    }

    /// A vault whose first page goes on at `link`.
    private func listing(_ link: String, at address: String = "https://Billing.vault.azure.net")
        async throws -> (versions: [KeyVaultVersion], asked: [String])
    {
        let id = "https://billing.vault.azure.net/secrets/s"
        let recorder = Recorder { request throws(HTTPFailure) in
            let body =
                request.url.contains("skiptoken")
                ? #"{"value":[{"id":"\#(id)/two"}],"nextLink":null}"#
                : #"{"value":[{"id":"\#(id)/one"}],"nextLink":"\#(link)"}"#
            return HTTPResponse(status: 200, headers: [:], body: Array(body.utf8))
        }
        let login = AdminLogin(
            adapter: "azure-key-vault", proof: .fixed(scheme: "Bearer", ClientSecret("t")),
            findings: [])
        let api = KeyVaultAPI(
            admin: AdminAPI(
                address: address, caFile: nil, login: login, http: recorder,
                words: KeyVaultAPI.words),
            secret: "s")
        return (try await api.versions(), recorder.exchanges.map(\.request.url))
    }

    /// Key Vault's links have the port, and its ids don't.
    @Test(arguments: ["https://Billing.vault.azure.net", "https://billing.vault.azure.net:443"])
    func `a list goes on where the link spells out the port`(address: String) async throws {
        let rest = "/secrets/s/versions?api-version=7.4&$skiptoken=eyJOZXh0"
        let found = try await listing("https://billing.vault.azure.net:443\(rest)", at: address)
        #expect(found.versions.map(\.version) == ["one", "two"])
        #expect(found.asked.last == "\(address)\(rest)")
    }

    @Test(arguments: [
        "https://billing.vault.azure.net:8443", "https://billing.vault.azure.net.example:443",
        "http://billing.vault.azure.net:443", "https://other.vault.azure.net:443",
    ])
    func `a list goes on nowhere else`(origin: String) async throws {
        let error = await adapterError {
            _ = try await listing("\(origin)/secrets/s/versions?$skiptoken=x")
        }
        #expect(error?.kind == .refused && error?.code == "azure-key-vault-unreadable-answer")
    }

    @Test func `a list of many pages is read to its end`() async throws {
        let name = try await ground.make("0")
        for number in 1..<60 { try await ground.put("\(number)", in: name) }
        let store = try await ground.store(["secret": .text(name)])
        try await store.replace(with: "new")
        #expect(try await ground.versions(of: name).count == 61)
    }
}
