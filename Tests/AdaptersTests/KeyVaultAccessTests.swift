import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Who may do what in a vault, and what is said to who may not.
@Suite(.practice, .serialized) struct KeyVaultAccessTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.keyVault, practice.values)
    }

    private func auth(_ more: [String: SettingValue]) -> SettingValue {
        .group(
            [
                "tenant": .text(practice["ENTRA_TENANT"]),
                "authority": .text(practice["ENTRA_AUTHORITY"]),
            ].merging(more) { $1 })
    }

    /// A store whose login has these rights.
    private func store(_ name: String, _ grants: [String]) async throws -> any SecretStore {
        let rights = grants.map(CloudGround.literal).joined(separator: ",")
        let client = try await practice.client("entra", #","grants":[\#(rights)]"#)
        return try await ground.store(
            [
                "secret": .text(name),
                "auth": auth(["client_id": .text(client.id), "client_secret": "env:S"]),
            ], ["S": client.secret.withPlaintext { $0 }])
    }

    @Test(
        arguments: [
            (["getSecret", "readMetadata", "setSecret"], []),
            (["getSecret", "setSecret"], ["readMetadata"]),
            (["readMetadata", "setSecret"], ["getSecret"]),
            (["Key Vault Secrets User"], ["setSecret"]),
            ([], ["readMetadata"]),
        ] as [([String], [String])])
    func `three actions are enough, and the one that is missing is named`(
        grants: [String], missing: [String]
    ) async throws {
        let name = try await ground.make("old")
        let store = try await store(name, grants)
        let findings = try await store.preflight()
        let isSeen = !missing.isEmpty && missing != ["setSecret"]
        #expect(findings.map(\.code) == (isSeen ? ["azure-key-vault-forbidden-by-rbac"] : []))
        let version = StoreVersion(rawValue: try await ground.versions(of: name)[0])
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == (missing.isEmpty ? nil : .unauthorized))
        for action in missing {
            #expect(error?.message.contains("secrets/\(action)") == true, "\(action)")
        }
        #expect(try await ground.text(of: name) == (missing.isEmpty ? "new" : "old"))
    }

    @Test func `a workload reads and writes without a secret`() async throws {
        let subject = "system:serviceaccount:ops:holdover"
        let client = try await practice.client(
            "entra",
            #","federated_subject":"\#(subject)","grants":["Key Vault Secrets Officer"]"#)
        let made = try await practice.control(
            "POST", "workload-tokens", #"{"subject":"\#(subject)"}"#)
        let token = try #require(try made.node(at: ["token"])?.text)
        let name = try await ground.make("old")
        let store = try await ground.store(
            [
                "secret": .text(name),
                "auth": auth(["client_id": .text(client.id), "federated_token": "env:TOKEN"]),
            ], ["TOKEN": token])
        try await store.write(ClientSecret("new"), replacing: try await store.read()?.version)
        #expect(try await ground.text(of: name) == "new")
    }

    @Test func `a token for something else opens no vault`() async throws {
        let store = try await ground.store([
            "secret": .text(try await ground.make("old")),
            "scope": "https://graph.microsoft.com/.default",
        ])
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .unauthorized)
        #expect(error?.message.contains("AKV10022") == true)
    }

    @Test func `who asks without a token is told where one is to be had`() async throws {
        let answer = try await practice.http.send(
            HTTPRequest(url: ground.url + ground.path("any", "/")))
        #expect(answer.status == 401)
        let challenge = answer.headers["WWW-Authenticate"] ?? ""
        #expect(challenge.hasPrefix("Bearer authorization=\"\(practice["ENTRA_AUTHORITY"])/"))
        #expect(challenge.hasSuffix(", resource=\"https://vault.azure.net\""))
    }

    @Test(arguments: [
        (403, "innererror", "ForbiddenByPolicy", "forbidden-by-policy", "permission get"),
        (403, "innererror", "AccessDenied", "forbidden-by-policy", "permission get"),
        (403, "innerError", "ForbiddenByRbac", "forbidden-by-rbac", "secrets/getSecret"),
        (403, "innererror", "ForbiddenByConnection", "forbidden-by-network", "network rules"),
        (403, "innererror", "SecretDisabled", "disabled", "disabled"),
        (403, "innererror", "SomethingNew", "forbidden", "SomethingNew"),
        (409, "innererror", "ObjectIsBeingRecovered", "being-recovered", "recovered"),
        (409, "innererror", "ObjectIsDeletedButRecoverable", "deleted", "recover it"),
        (500, "innererror", "ForbiddenByRbac", "server-error", "HTTP 500"),
    ])
    func `what is refused is said in words that help`(
        status: Int, key: String, inner: String, code: String, words: String
    ) async throws {
        let body = #"{"error":{"code":"F","message":"no","\#(key)":{"code":"\#(inner)"}}}"#
        let real = practice.http
        let refusing = Recorder { request throws(HTTPFailure) in
            guard request.url.contains("/secrets/") else { return try await real.send(request) }
            return HTTPResponse(status: status, headers: [:], body: Array(body.utf8))
        }
        let store = try await ground.store(["secret": "any"], over: refusing)
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.code == "azure-key-vault-\(code)")
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `a page in place of an answer proves nothing`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        try await practice.fault("html", method: "PUT", path: ".*secrets/\(name)")
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == .unknown && error?.code == "azure-key-vault-unreadable-answer")
        try await practice.fault("html", method: "GET", path: ".*\(name)/?")
        let again = await adapterError { _ = try await store.read() }
        #expect(again?.kind == .refused && again?.code == "azure-key-vault-unreadable-answer")
    }

    @Test func `what is throttled has no effect, and waits for as long as it is told`()
        async throws
    {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        for (method, path) in [
            ("PUT", ".*secrets/\(name)"), ("GET", ".*/versions"), ("GET", ".*\(name)/?"),
        ] {
            try await practice.control(
                "POST", "faults",
                #"{"kind":"rate_limit","times":1,"retry_after":7,"match":{"method":"\#(method)","#
                    + #""path":"\#(path)"}}"#)
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: version)
            }
            #expect(error?.kind == .unavailable(retryAfter: .seconds(7)), "\(method) \(path)")
        }
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `a secret that was deleted is said to be gone`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        try await ground.ask("DELETE", ground.path(name))
        #expect(try await store.preflight().map(\.code) == ["azure-key-vault-not-found"])
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.kind == .missing && error?.message.contains("recover it") == true)
    }

    @Test func `an answer of another vault, or a list that goes on elsewhere, is not followed`()
        async throws
    {
        let name = try await ground.make("old")
        let real = practice.http
        let url = ground.url
        for place in ["\(url)/secrets/other/0123", "https://elsewhere.example/secrets/\(name)/1"] {
            let other = Recorder { request throws(HTTPFailure) in
                guard request.url.contains("/secrets/") else { return try await real.send(request) }
                let link = "https://elsewhere.example/secrets/\(name)/versions?x=y"
                let body = #"{"value":"v","id":"\#(place)"}"#
                let list = #"{"value":[],"nextLink":"\#(link)"}"#
                let isList = request.url.contains("/versions")
                return HTTPResponse(
                    status: 200, headers: ["Content-Type": "application/json"],
                    body: Array((isList ? list : body).utf8))
            }
            let store = try await ground.store(["secret": .text(name)], over: other)
            #expect(await adapterError { _ = try await store.read() }?.kind == .wrongTarget)
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: nil)
            }
            #expect(error?.code == "azure-key-vault-unreadable-answer")
            #expect(!other.exchanges.contains { $0.request.url.contains("elsewhere") })
        }
    }

    @Test(
        arguments: [
            ("https://billing.vault.azure.net", "https://vault.azure.net/.default"),
            ("https://Billing-2.Vault.Azure.CN", "https://vault.azure.cn/.default"),
            ("https://b.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net/.default"),
            ("https://vault.azure.net", nil), ("https://.vault.azure.net", nil),
            ("https://a.b.vault.azure.net", nil), ("https://a.vault.azure.net.example", nil),
            ("https://example/a.vault.azure.net", nil), ("https://evilvault.azure.net", nil),
            ("https://a.vault.azure.net:8443", nil), ("https://a.vault.azure.net/b", nil),
        ] as [(String, String?)])
    func `a token for all vaults goes to vaults only`(vault: String, scope: String?) {
        #expect(KeyVaultStore.scope(of: vault) == scope)
    }

    @Test(arguments: ["bad_name", "a/b", "a.b", "", String(repeating: "a", count: 128)])
    func `what is no name of a secret is refused`(name: String) async throws {
        let error = await adapterError { _ = try await ground.store(["secret": .text(name)]) }
        #expect(error?.code == "azure-key-vault-setting-invalid")
    }
}
