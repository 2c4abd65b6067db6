import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// The login as the machine's own service account.
@Suite(.practice, .serialized) struct GoogleMetadataTests {
    private let practice: Practice
    private let ground: CloudGround

    init() throws {
        practice = try #require(Practice.current)
        ground = CloudGround(.secretManager, practice.values)
    }

    private func store(
        _ name: String, _ more: [String: SettingValue] = [:], over http: (any HTTPClient)? = nil,
        host: String? = nil
    ) async throws -> any SecretStore {
        try await ground.store(
            ["secret": .text(name), "auth": .group(["metadata": "true"])].merging(more) { $1 },
            ["GCE_METADATA_HOST": host ?? practice["GOOGLE_METADATA_HOST"]], over: http)
    }

    @Test func `the machine's own account reads and writes, and asks for one token`() async throws {
        let name = try await ground.make("old")
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in try await real.send(request) }
        let store = try await store(name, over: recorder)
        #expect(try await store.preflight().isEmpty)
        try await store.replace(with: "new")
        #expect(try await ground.text(of: name) == "new")
        let asked = recorder.exchanges.filter { $0.request.url.contains("/computeMetadata/") }
        #expect(asked.count == 1)
        #expect(asked.first?.request.headers["Metadata-Flavor"] == "Google")
        #expect(asked.first?.request.headers["Authorization"] == nil)
    }

    @Test(arguments: [
        "metadata.google.internal", "10.0.0.1", "evil.example:80", "127.evil.example",
    ])
    func `nobody else is asked, whatever the environment says`(host: String) async throws {
        // Nothing is sent: it would go to the metadata server of whoever runs this.
        let recorder = Recorder { _ throws(HTTPFailure) in throw HTTPFailure(.notSent, "no") }
        let store = try await store("any", over: recorder, host: host)
        let asked = Recorder { request throws(HTTPFailure) in
            #expect(request.url.hasPrefix("http://169.254.169.254/computeMetadata/v1/"))
            throw HTTPFailure(.notSent, "no")
        }
        let other = try await self.store("any", over: asked, host: host)
        for store in [store, other] {
            let error = await adapterError { _ = try await store.read() }
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(error?.code == "gcp-secret-manager-login-unavailable")
        }
    }

    @Test(arguments: [
        (200, "Google", #"{"access_token":"t"}"#, "unavailable"),
        (200, "", #"{"access_token":"t","expires_in":3599}"#, "unusable"),
        (404, "Google", "", "refused"), (403, "Google", "", "refused"),
        (503, "Google", "", "unavailable"), (404, "", "", "unusable"),
    ])
    func `answers of the metadata server are told apart`(
        status: Int, flavor: String, body: String, code: String
    ) async throws {
        let answer = HTTPResponse(
            status: status, headers: ["Metadata-Flavor": flavor], body: Array(body.utf8))
        let store = try await store("any", over: Recorder { _ throws(HTTPFailure) in answer })
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.code == "gcp-secret-manager-login-\(code)")
    }

    @Test func `a token that is refused is asked for once more`() async throws {
        let name = try await ground.make("old")
        let real = practice.http
        let recorder = Recorder { request throws(HTTPFailure) in
            guard request.url.contains("/computeMetadata/") else {
                return try await real.send(request)
            }
            return HTTPResponse(
                status: 200, headers: ["Metadata-Flavor": "Google"],
                body: Array(#"{"access_token":"dead","expires_in":3599}"#.utf8))
        }
        let store = try await store(name, over: recorder)
        #expect(await adapterError { _ = try await store.read() }?.kind == .unauthorized)
        let asked = recorder.exchanges.filter { $0.request.url.contains("/computeMetadata/") }
        #expect(asked.count == 2)
    }

    @Test(arguments: [
        ("https://secretmanager.googleapis.com", true),
        ("https://secretmanager.europe-west3.rep.googleapis.com/x", true),
        ("https://googleapis.com", false), ("https://evilgoogleapis.com", false),
        ("https://secretmanager.googleapis.com.evil.example", false),
        ("https://evil.example/.googleapis.com", false), ("https://evil.example:443", false),
        ("https://a.googleapis.com:8443", false), ("http://127.0.0.1:8080", true),
        ("http://evil.example", false),
    ])
    func `the token goes to Google only`(url: String, isGoogle: Bool) {
        #expect(ServerParts.isGoogle(url) == isGoogle)
    }

    @Test func `a plan can't send it elsewhere, or say who logs in twice`() async throws {
        for more in [
            ["url": "https://evil.example"],
            ["auth": .group(["metadata": "true", "token": "env:GOOGLE_ADMIN_TOKEN"])],
            ["auth": .group(["metadata": "false"])],
        ] as [[String: SettingValue]] {
            let error = await adapterError { _ = try await store("any", more) }
            #expect(error?.code == "gcp-secret-manager-setting-invalid")
        }
    }
}
