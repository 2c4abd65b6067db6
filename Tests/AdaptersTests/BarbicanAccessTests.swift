import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Who may do what in a Barbican, how they log in, and what is said to who may not.
@Suite(.practice, .serialized) struct BarbicanAccessTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.barbican, practice.values)
    }

    private func store(
        _ name: String, _ auth: [String: SettingValue], _ more: [String: String] = [:],
        over http: (any HTTPClient)? = nil
    ) async throws -> any SecretStore {
        try await ground.store(
            ["secret": .text(name), "auth": .group(auth)], more, over: http)
    }

    private var application: [String: SettingValue] {
        [
            "keystone": .text(practice["KEYSTONE_URL"]),
            "application_credential": .text(practice["KEYSTONE_CREDENTIAL_ID"]),
            "secret": "env:KEYSTONE_SECRET",
        ]
    }

    private var user: [String: SettingValue] {
        [
            "keystone": .text("\(practice["KEYSTONE_URL"])/v3/"),
            "user": .text(practice["KEYSTONE_USER"]), "password": "env:KEYSTONE_SECRET",
            "project": .text(practice["KEYSTONE_PROJECT"]),
        ]
    }

    @Test func `an application credential or a user logs in once for many calls`() async throws {
        for auth in [application, user] {
            let name = try await ground.make("old")
            let real = practice.http
            let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
            let store = try await store(name, auth, over: recorder)
            #expect(try await store.preflight().isEmpty)
            try await store.replace(with: "new")
            #expect(try await ground.text(of: name) == "new")
            let place = try await store.identity().rawValue
            #expect(place.hasPrefix("barbican:\(ground.url)/") && place.hasSuffix("/\(name)"))
            #expect(place.dropFirst(9 + ground.url.count + 1).count == 32 + 1 + name.count)
            let logins = recorder.exchanges.filter { $0.request.url.hasSuffix("/auth/tokens") }
            #expect(logins.count == 1)
            let secret = practice["KEYSTONE_SECRET"]
            for call in recorder.exchanges where !call.request.url.hasSuffix("/auth/tokens") {
                #expect(call.request.headers["X-Auth-Token"]?.contains(secret) == false)
            }
        }
    }

    @Test func `a token that is over is replaced by a new one`() async throws {
        let name = try await ground.make("old")
        let store = try await store(name, application)
        _ = try await store.read()
        // The server's clock alone, so that nobody here knows that it is over.
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":7200000}"#)
        let seen = try await store.read()
        try await practice.control("PUT", "settings", #"{"clock_offset_ms":0}"#)
        #expect(seen?.secret?.matches(ClientSecret("old")) == true)
    }

    @Test func `a wrong login is refused, and a dead Keystone is waited for`() async throws {
        let name = try await ground.make("old")
        for (setting, auth) in [("secret", application), ("password", user)] {
            let store = try await store(
                name, auth.merging([setting: "env:WRONG"]) { $1 }, ["WRONG": "wrong-0001"])
            #expect(try await store.preflight().map(\.code) == ["barbican-login-refused"])
            let error = await adapterError { _ = try await store.read() }
            #expect(error?.kind == .unauthorized)
            #expect(error?.message.contains("wrong-0001") == false)
        }
        try await practice.fault("error_before_effect", method: "POST", path: ".*auth/tokens")
        let store = try await store(name, application)
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .unavailable(retryAfter: nil))
        #expect(error?.code == "barbican-login-unavailable")
        _ = try await store.read()
    }

    @Test func `a login whose token is for no project is of no use`() async throws {
        let answer = HTTPResponse(
            status: 201, headers: ["X-Subject-Token": "t"],
            body: Array(#"{"token":{"expires_at":"2099-01-01T00:00:00.000000Z"}}"#.utf8))
        let store = try await store(
            "any", application, over: Recorder { _ throws(HTTPFailure) in answer })
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .refused && error?.code == "barbican-login-unusable")
    }

    @Test(arguments: [
        ("BARBICAN_READER_TOKEN", "barbican-forbidden", "role member"),
        ("NOBODY", "barbican-unauthorized", "requires authentication"),
    ])
    func `who may not is told what it takes`(token: String, code: String, words: String)
        async throws
    {
        let name = try await ground.make("old")
        let store = try await store(
            name, ["token": .text("env:\(token)")], ["NOBODY": "not-a-token"])
        let findings = try await store.preflight()
        #expect(findings.map(\.code) == [code])
        #expect(findings.first?.message.contains(words) == true, "\(findings)")
        #expect(await adapterError { try await store.replace(with: "new") }?.kind == .unauthorized)
        #expect(try await ground.text(of: name) == "old")
    }

    @Test func `what somebody keeps for himself is not read`() async throws {
        let name = try await ground.make("old")
        let id = try #require(try await ground.versions(of: name).first)
        try await ground.ask(
            "PUT", "/v1/secrets/\(id)/acl", #"{"read":{"project-access":false}}"#)
        let store = try await ground.store(["secret": .text(name)])
        #expect(try await store.preflight().map(\.code) == ["barbican-forbidden"])
    }

    @Test func `a secret that isn't there is said to be missing`() async throws {
        let store = try await ground.store(["secret": "nowhere"])
        #expect(try await store.preflight().map(\.code) == ["barbican-not-found"])
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: nil)
        }
        #expect(error?.kind == .missing)
    }

    @Test func `a page in place of an answer proves nothing`() async throws {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        try await practice.fault("html", method: "POST", path: ".*v1/secrets")
        let error = await adapterError {
            try await store.write(ClientSecret("new"), replacing: version)
        }
        // A 200 where 201 was promised.
        #expect(error?.kind == .unknown)
        try await practice.fault("html", method: "GET", path: ".*v1/secrets")
        let again = await adapterError { _ = try await store.read() }
        #expect(again?.kind == .refused && again?.code == "barbican-unreadable-answer")
    }

    @Test func `what is throttled has no effect, and waits for as long as it is told`()
        async throws
    {
        let name = try await ground.make("old")
        let store = try await ground.store(["secret": .text(name)])
        let version = try await store.read()?.version
        for (method, path) in [("POST", ".*/secrets"), ("GET", ".*/acl"), ("GET", ".*/payload")] {
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

    @Test(
        arguments: [
            (["secret": "a%b"], "secret"), (["secret": "a+b"], "secret"),
            (["secret": " a"], "secret"),
            (["auth": .group([:])], "token"),
            (["auth": .group(["token": "env:T", "user": "u"])], "user"),
            (["auth": .group(["keystone": "https://k"])], "application_credential"),
            (
                [
                    "auth": .group([
                        "keystone": "https://k", "application_credential": "a", "user": "u",
                    ])
                ],
                "application_credential"
            ),
            (
                ["auth": .group(["keystone": "https://k", "user": "u", "password": "env:T"])],
                "project"
            ),
            (["auth": .group(["keystone": "http://k", "user": "u"])], "keystone"),
        ] as [([String: SettingValue], String)])
    func `settings that can't be are named`(settings: [String: SettingValue], name: String)
        async throws
    {
        let error = await adapterError {
            _ = try await ground.store(
                ["secret": "billing"].merging(settings) { $1 }, ["T": "token"])
        }
        #expect(error?.code == "barbican-setting-invalid")
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    }
}
