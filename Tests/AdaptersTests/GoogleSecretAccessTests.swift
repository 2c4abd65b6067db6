import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Who may do what in Secret Manager, and what is said to who may not.
@Suite(.practice, .serialized) struct GoogleSecretAccessTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.secretManager, practice.values)
    }

    /// A store whose login is a service account with these rights.
    private func store(_ name: String, _ grants: [String]) async throws -> any SecretStore {
        let key = try await practice.serviceAccount(grants)
        return try await ground.store(
            ["secret": .text(name), "auth": .group(["key": "env:KEY"])], ["KEY": key])
    }

    @Test(
        arguments: [
            (["versions.access", "versions.add", "secrets.get"], [], nil),
            (["versions.access", "versions.add"], ["not-described"], nil),
            (["versions.access", "secrets.get"], [], "secretmanager.versions.add"),
            (["versions.add"], ["forbidden"], "secretmanager.versions.access"),
        ] as [([String], [String], String?)])
    func `two permissions are enough, and the one that is missing is named`(
        grants: [String], codes: [String], missing: String?
    ) async throws {
        let name = try await ground.make("old")
        let store = try await store(name, grants.map { "secretmanager.\($0)" })
        let findings = try await store.preflight()
        #expect(findings.map(\.code) == codes.map { "gcp-secret-manager-\($0)" })
        let error = await adapterError {
            try await store.write(
                ClientSecret("new"), replacing: StoreVersion(rawValue: "1"))
        }
        #expect(error?.kind == (missing == nil ? nil : .unauthorized))
        if let missing { #expect(error?.message.hasSuffix("it takes \(missing)") == true) }
        #expect(try await ground.text(of: name) == (missing == nil ? "new" : "old"))
    }

    @Test func `a project may be called by its number, and is the same`() async throws {
        let name = try await ground.make("old")
        let byID = try await ground.store(["secret": .text(name)])
        let byNumber = try await ground.store([
            "secret": .text(name), "project": "123456789012",
        ])
        #expect(try await byID.identity() == (try await byNumber.identity()))
    }

    @Test func `a page in place of an answer proves nothing`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        try await practice.fault("html", method: "POST", path: ".*:addVersion")
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        #expect(error?.kind == .unknown && error?.code == "gcp-secret-manager-unreadable-answer")
        try await practice.fault("html", method: "GET", path: ".*/latest:access")
        let again = await adapterError { _ = try await store.read() }
        #expect(again?.kind == .refused && again?.code == "gcp-secret-manager-unreadable-answer")
    }

    @Test func `what is throttled has no effect and is tried again later`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        for (method, path) in [("POST", ".*:addVersion"), ("GET", ".*/latest:access")] {
            try await practice.fault("rate_limit", method: method, path: path)
            let error = await adapterError {
                try await store.write(
                    ClientSecret("new"), replacing: StoreVersion(rawValue: "1"))
            }
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(error?.code == "gcp-secret-manager-rate-limited")
        }
        #expect(try await ground.versions(of: name).count == 1)
    }

    @Test func `what isn't there is missing, also a secret without a version`() async throws {
        let name = "empty-\(UUID().uuidString)"
        try await ground.ask(
            "POST", "\(ground.path("").dropLast())?secretId=\(name)",
            #"{"replication":{"automatic":{}}}"#)
        for name in [name, "nowhere"] {
            let store = try await ground.store(["secret": .text(name)])
            #expect(try await store.preflight().map(\.code) == ["gcp-secret-manager-not-found"])
            let error = await adapterError {
                try await store.write(ClientSecret("new"), replacing: nil)
            }
            #expect(error?.kind == .missing)
        }
    }

    @Test func `a secret that is deleted at a moment is told of`() async throws {
        let name = try await ground.make("old", #","expireTime":"2030-01-01T00:00:00Z""#)
        let store = try await ground.store(["secret": .text(name)])
        #expect(try await store.preflight().map(\.code) == ["gcp-secret-manager-expires"])
    }

    @Test(
        arguments: [
            (#""data":"b2xk","dataCrc32c":"1""#, "corrupted"),
            (#""data":"b2x?","dataCrc32c":"1""#, "unreadable-answer"),
            (#""data":"/w==""#, "binary"), (#""data":"b2xk""#, nil), ("", nil),
        ] as [(String, String?)])
    func `what can't be what was stored is no secret`(payload: String, code: String?)
        async throws
    {
        let expected = payload.contains(#""b2xk""#) && code == nil ? "old" : nil
        let body = #"{"name":"projects/1/secrets/any/versions/7","payload":{\#(payload)}}"#
        let missing = Array(#"{"error":{"code":404,"status":"NOT_FOUND"}}"#.utf8)
        let answering = Recorder { request throws(HTTPFailure) in
            let isNext = request.url.contains("/8:access")
            return HTTPResponse(
                status: isNext ? 404 : 200, headers: [:],
                body: isNext ? missing : Array(body.utf8))
        }
        let store = try await ground.store(["secret": "any"], over: answering)
        let error = await adapterError {
            let read = try await store.read()?.secret?.withPlaintext { $0 }
            #expect(read == expected)
        }
        #expect(error?.code == code.map { "gcp-secret-manager-\($0)" })
    }

    @Test(arguments: [
        "projects/1/secrets/other/versions/7", "projects/1/secrets/any/versions/x",
        "projects/1/secrets/any/versions/0", "projects/1/secrets/any", "",
    ])
    func `an answer about something else is not taken`(name: String) async throws {
        let answer = OneAnswer(200, #"{"name":"\#(name)","payload":{"data":"b2xk"}}"#)
        let store = try await ground.store(["secret": "any"], over: answer)
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.code == "gcp-secret-manager-unreadable-answer")
    }

    @Test(arguments: ["a/b", "a.b", "", "a:addVersion", String(repeating: "a", count: 256)])
    func `what is no id of a secret is refused`(name: String) async throws {
        let error = await adapterError { _ = try await ground.store(["secret": .text(name)]) }
        #expect(error?.code == "gcp-secret-manager-setting-invalid")
    }
}
