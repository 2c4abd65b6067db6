import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

@Suite struct SecretReferenceTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func resolve(_ text: String, _ environment: [String: String] = [:]) async throws
        -> String
    {
        let reference = try #require(SecretReference(text))
        let resolver = SecretResolver(environment: environment, http: CurlClient())
        return try await resolver.resolve(reference, for: "okta").withPlaintext { $0 }
    }

    @Test func `every reference gives what is behind it, without one line end`() async throws {
        let file = try scratch.write("from a file\n\n", to: "s")
        #expect(try await resolve("env:TOKEN", ["TOKEN": "from env"]) == "from env")
        #expect(try await resolve("file:\(file)") == "from a file\n")
        #expect(
            try await resolve(
                "systemd-credential:s", ["CREDENTIALS_DIRECTORY": scratch.path]) == "from a file\n")
        #expect(try await resolve("exec:/bin/echo two  words") == "two words")
    }

    @Test(arguments: [
        "", "token", "env:", "env:1A", "env:A-B", "file:relative", "file:", "exec:", "exec:echo x",
        "systemd-credential:../x", "systemd-credential:", "vault:secret", "vault:secret/path",
        "vault:/p#f", "vault:m/p#", "plain:text", "s.Abcdefgh", "file:/a\u{0}b",
    ])
    func `what is no reference is not one`(text: String) {
        #expect(SecretReference(text) == nil)
    }

    @Test func `a setting that holds the secret itself is refused without repeating it`() {
        let settings = Settings(.of("okta", ["token": "00a-very-secret-token"]))
        #expect {
            try settings.reference("token")
        } throws: { error in
            let error = error as? AdapterError
            return error?.code == "okta-setting-invalid"
                && error?.message.contains("00a-very") == false
        }
    }

    @Test func `what isn't there is missing, in words that name the place`() async throws {
        for (text, message) in [
            ("env:NOPE", "okta: env:NOPE is not set"),
            ("file:/nowhere/s", "okta: file:/nowhere/s No such file or directory"),
            ("exec:/bin/false", "okta: exec:/bin/false exit status 1"),
            ("vault:secret/p#f", "okta: vault:secret/p#f needs VAULT_ADDR and VAULT_TOKEN"),
        ] {
            let error = await adapterError { _ = try await resolve(text) }
            #expect(error?.kind == .missing)
            #expect(error?.message == message)
        }
        let file = try scratch.write("\n", to: "empty")
        #expect(await adapterError { _ = try await resolve("file:\(file)") }?.kind == .missing)
    }

    @Test func `a file for everybody's eyes is refused`() async throws {
        let file = try scratch.write("secret", to: "s", mode: 0o644)
        let error = await adapterError { _ = try await resolve("file:\(file)") }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains("can be read or changed by everybody") == true)
    }

    @Test func `a file that a group can read is worth a warning`() async throws {
        let file = try scratch.write("secret", to: "s", mode: 0o640)
        let resolver = SecretResolver(environment: [:], http: CurlClient())
        let shared = try #require(SecretReference("file:\(file)"))
        #expect(
            resolver.findings(about: [shared], for: "okta").map(\.code) == ["okta-reference-shared"]
        )
        let own = try #require(SecretReference("file:\(try scratch.write("secret", to: "t"))"))
        #expect(resolver.findings(about: [own], for: "okta") == [])
    }

    /// As the kubelet puts a token in place: links, and a mode for everybody.
    private func projected(_ mode: Int = 0o644) throws -> SecretReference {
        let volume = scratch.at("volume")
        #expect(mkdir(volume, 0o755) == 0 && mkdir("\(volume)/..2026_01_02", 0o755) == 0)
        try scratch.write("a token", to: "volume/..2026_01_02/token", mode: mode)
        #expect(symlink("..2026_01_02", "\(volume)/..data") == 0)
        #expect(symlink("..data/token", "\(volume)/token") == 0)
        chmod(scratch.path, 0o755)
        return try #require(SecretReference("file:\(volume)/token"))
    }

    @Test func `a workload's token may be readable for everybody, and a secret not`() async throws {
        let token = try projected()
        let resolver = SecretResolver(environment: [:], http: CurlClient())
        #expect(
            try await resolver.resolveToken(token, for: "vault").withPlaintext { $0 } == "a token")
        let found = resolver.findings(about: [token], for: "vault")
        #expect(found.map(\.code) == ["vault-reference-shared"])
        #expect(found.first?.severity == .warning)
        #expect(found.first?.message.contains("by everybody on this host") == true)
        let secret = await adapterError { _ = try await resolver.resolve(token, for: "vault") }
        #expect(secret?.kind == .refused && secret?.code == "vault-reference-refused")
    }

    @Test(arguments: [("volume", 0o777), ("volume/..2026_01_02", 0o777)])
    func `a token that everybody could exchange is refused`(place: String, mode: UInt32)
        async throws
    {
        let token = try projected()
        let resolver = SecretResolver(environment: [:], http: CurlClient())
        // As the kubelet makes the volume itself: whose files they are decides.
        chmod(scratch.at("volume"), 0o1777)
        _ = try await resolver.resolveToken(token, for: "vault")
        chmod(scratch.at(place), mode)
        let error = await adapterError { _ = try await resolver.resolveToken(token, for: "vault") }
        #expect(error?.kind == .refused && error?.code == "vault-reference-refused")
    }

    @Test func `a token that everybody could change is refused`() async throws {
        let token = try projected(0o646)
        let resolver = SecretResolver(environment: [:], http: CurlClient())
        let error = await adapterError { _ = try await resolver.resolveToken(token, for: "vault") }
        #expect(error?.kind == .refused)
    }

    @Test func `an address is https, or http to a loopback literal`() {
        for good in [
            "https://a.example", "https://a.example:8443/x", "http://127.0.0.1:1", "http://[::1]:1",
            "HTTPS://A.example",
        ] { #expect(ServerAddress(good) != nil, "\(good)") }
        for bad in [
            "http://a.example", "http://localhost", "http://127.0.0.1.evil.example", "ftp://a",
            "https://u@a.example", "https://", "a.example", "https://a b", "http://127.1",
            "https://a.example?x", "https://a.example#x", "http://[::2]", "https://a\\b",
        ] { #expect(ServerAddress(bad) == nil, "\(bad)") }
    }
}

@Suite(.disabled(if: OpenBaoProcess.isSkipped, "HOLDOVER_SKIP_OPENBAO=1"), .openBao)
struct VaultReferenceTests {
    @Test func `a vault reference reads one field`() async throws {
        let bao = try #require(OpenBao.current)
        try await bao.ask("POST", "secret/data/admin/okta", #"{"data":{"token":"the token"}}"#)
        let resolver = SecretResolver(
            environment: ["VAULT_ADDR": bao.address, "VAULT_TOKEN": bao.token], http: bao.http)
        let reference = try #require(SecretReference("vault:secret/admin/okta#token"))
        let secret = try await resolver.resolve(reference, for: "okta")
        #expect(secret.matches(ClientSecret("the token")))
        let other = try #require(SecretReference("vault:secret/admin/okta#none"))
        let error = await adapterError { _ = try await resolver.resolve(other, for: "okta") }
        #expect(error?.kind == .missing)
    }
}
