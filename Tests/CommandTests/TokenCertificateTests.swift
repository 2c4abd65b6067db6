import Foundation
import ProcessTesting
import Testing

/// `holdover token` with a certificate in place of a secret.
@Suite(.enabled(if: CertificateIssuer.isAvailable, "openssl or python3 isn't there"))
struct TokenCertificateTests {
    private func options(_ issuer: CertificateIssuer, key: String = "billing.key") -> [String] {
        [
            "token", "--issuer", issuer.url, "--client-id", "billing", "--ca-file",
            "\(issuer.folder)/ca.pem", "--cert", issuer.file("billing.pem"), "--key",
            issuer.file(key),
        ]
    }

    @Test func `a certificate buys a token at the alias`() async throws {
        try await Workbench.open { bench in
            let issuer = try await CertificateIssuer(on: bench)
            let outcome = try await HoldoverProcess(on: bench).run(options(issuer))
            outcome.expectSuccess()
            #expect(outcome.output == "billing\n", "\(outcome)")
        }
    }

    @Test func `what is no certificate, or no key, says so`() async throws {
        try await Workbench.open { bench in
            let issuer = try await CertificateIssuer(on: bench)
            let holdover = HoldoverProcess(on: bench)
            let swapped = try await holdover.run(
                options(issuer).map { $0.hasSuffix("billing.pem") ? issuer.file("other.key") : $0 })
            swapped.expect(exit: 1, "client-certificate-unreadable", saying: "no certificate")
            let keyless = try await holdover.run(options(issuer, key: "billing.csr"))
            keyless.expect(exit: 1, "client-reference-refused", saying: "everybody")
            try bench.write("nothing", to: "issuer/none.key")
            let none = try await holdover.run(options(issuer, key: "none.key"))
            none.expect(exit: 1, "client-key-unreadable", saying: "no private key")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o666], ofItemAtPath: "\(issuer.folder)/billing.pem")
            let open = try await holdover.run(options(issuer))
            open.expect(exit: 1, "client-reference-refused", saying: "billing.pem")
        }
    }
}
