import Foundation
import HTTPTransport
import RotationCore
import Synchronization
import Testing

@testable import Adapters

/// The login by a TLS certificate, as far as that is ours; the rest is `RealVaultClusterTests`.
struct VaultCertificateTests {
    /// A server whose token dies after `lives` reads, and that may be unreachable.
    private final class Server: HTTPClient {
        private struct State {
            var asked: [HTTPRequest] = []
            var logins = 0
            var isAway = false
        }

        private let state = Mutex(State())

        var asked: [HTTPRequest] { state.withLock { $0.asked } }
        var logins: [String] {
            asked.filter { $0.url.hasSuffix("/login") }
                .map { String(decoding: $0.body ?? [], as: UTF8.self) }
        }
        func goAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

        func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
            let (login, isAway) = state.withLock { state in
                state.asked.append(request)
                let isLogin = request.url.hasSuffix("/login")
                if isLogin { state.logins += 1 }
                return (isLogin ? state.logins : nil, state.isAway)
            }
            if isAway { throw HTTPFailure(.notSent, "unable to set private key file") }
            let body =
                login.map { #"{"auth":{"client_token":"t\#($0)"}}"# }
                ?? #"{"data":{"data":{"client_secret":"s"},"metadata":{"version":1}}}"#
            return HTTPResponse(status: 200, headers: [:], body: Array(body.utf8))
        }
    }

    private let scratch: ScratchDirectory
    private let certificate: String
    private let key: String
    private let server = Server()

    init() throws {
        scratch = try ScratchDirectory()
        certificate = try scratch.write(Self.pem("CERTIFICATE", "one"), to: "one.pem", mode: 0o644)
        key = try scratch.write(Self.pem("EC PRIVATE KEY", "one"), to: "one.key")
    }

    private static func pem(_ label: String, _ text: String) -> String {
        "-----BEGIN \(label)-----\n\(text)\n-----END \(label)-----\n"
    }

    private func store(_ more: [String: SettingValue] = [:]) async throws -> VaultStore {
        let auth: [String: SettingValue] = [
            "certificate_file": .text(certificate), "private_key": .text("file:\(key)"),
        ]
        return try await VaultStore(
            .of(
                "vault",
                [
                    "address": "https://vault.example", "path": "x",
                    "auth": .group(auth.merging(more) { $1 }),
                ]), SharedLogins(), SecretResolver(environment: ["K": "nonsense"], http: server))
    }

    @Test func `every request shows the certificate, and the login names the role`() async throws {
        let store = try await store(["role": "billing", "mount": "tls/inner"])
        _ = try await store.read()
        _ = try await store.read()
        let asked = server.asked
        #expect(asked.first?.url == "https://vault.example/v1/auth/tls/inner/login")
        #expect(server.logins == [#"{"name":"billing"}"#])
        #expect(asked.count == 3)
        for request in asked {
            let shown = try #require(request.certificate)
            #expect(String(decoding: shown.chain, as: UTF8.self).contains("one"))
            #expect(String(decoding: shown.key, as: UTF8.self).contains("EC PRIVATE KEY"))
        }
    }

    @Test func `where no connection comes about, the files are read anew and it logs in again`()
        async throws
    {
        let store = try await store()
        _ = try await store.read()
        server.goAway(true)
        let error = await adapterError { _ = try await store.read() }
        #expect(error?.kind == .unavailable(retryAfter: nil))
        server.goAway(false)
        try scratch.write(Self.pem("CERTIFICATE", "two"), to: "one.pem", mode: 0o644)
        _ = try await store.read()
        #expect(server.logins == ["{}", "{}"])
        let shown = server.asked.last?.certificate?.chain ?? []
        #expect(String(decoding: shown, as: UTF8.self).contains("two"))
        #expect(server.asked.last?.headers["X-Vault-Token"] == "t2")
    }

    @Test func `what is no certificate with a key is refused before anything is asked`()
        async throws
    {
        let shared = try scratch.write(Self.pem("PRIVATE KEY", "k"), to: "shared", mode: 0o644)
        let locked = try scratch.write(
            Self.pem("EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"), to: "locked")
        let sealed = try scratch.write(Self.pem("ENCRYPTED PRIVATE KEY", "k"), to: "sealed")
        for (wrong, words) in [
            (["private_key": .text("file:\(shared)")], "changed by everybody"),
            (["private_key": .text("file:\(locked)")], "without a passphrase"),
            (["private_key": .text("file:\(sealed)")], "without a passphrase"),
            (["private_key": "env:K"], "is not a PEM private key"),
            (["private_key": .text("file:\(certificate)")], "changed by everybody"),
            (["certificate_file": .text(key)], "is not a PEM certificate"),
            (["certificate_file": .text("\(scratch.path)/none")], "can't be read: No such file"),
            (["certificate_file": "one.pem"], "is not an absolute path"),
            (["token": "env:K"], "exclude each other"),
            (["role_id": "r", "secret_id": "env:K"], "exclude each other"),
            (["jwt": "env:K"], "exclude each other"),
        ] as [([String: SettingValue], String)] {
            let error = await adapterError { _ = try await store(wrong) }
            #expect(error?.message.contains(words) == true, "\(wrong): \(error?.message ?? "")")
        }
        #expect(server.asked.isEmpty)
    }

    @Test func `a key that a group can read is worth a warning`() async throws {
        let shared = try scratch.write(Self.pem("PRIVATE KEY", "k"), to: "group", mode: 0o640)
        let store = try await store(["private_key": .text("file:\(shared)")])
        let codes = try await store.preflight().map(\.code)
        #expect(codes.contains("vault-reference-shared"))
    }
}
