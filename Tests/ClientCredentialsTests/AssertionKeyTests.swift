import Crypto
import Foundation
import HTTPTransport
import JWTKit
import Testing

@testable import ClientCredentials

@Suite struct AssertionKeyTests {
    private struct Claims: JWTPayload {
        let sub: String

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private func failure(_ make: () throws(TokenError) -> AssertionKey) -> TokenError? {
        do throws(TokenError) {
            _ = try make()
            return nil
        } catch { return error }
    }

    private func key(_ jwk: String, _ algorithm: AssertionKey.Algorithm? = nil)
        throws(TokenError) -> AssertionKey
    {
        try AssertionKey(clientID: "app", jwk: "{\(jwk)}", algorithm: algorithm)
    }

    @Test func `an Ed25519 JWK signs what the RFC's public key verifies`() async throws {
        let key = try key(#"\#(Keys.ed25519JWK),"kid":"k1","alg":"EdDSA","use":"sig""#)
        let sent = try await SentAssertion(.privateKeyJWT(key))
        #expect(sent.head == SentAssertion.Head(alg: "EdDSA", kid: "k1"))
        // RFC 8032 §7.1, test 1.
        let verifier = try Curve25519.Signing.PublicKey(
            rawRepresentation: SentAssertion.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        #expect(verifier.isValidSignature(sent.signature, for: sent.signed))
    }

    @Test func `an Ed25519 PEM signs what its public key verifies`() async throws {
        let key = try await AssertionKey(
            clientID: "app", pem: Keys.ed25519Private, algorithm: .edDSA)
        let sent = try await SentAssertion(.privateKeyJWT(key))
        #expect(sent.head == SentAssertion.Head(alg: "EdDSA", kid: nil))
        let verifier = try Curve25519.Signing.PublicKey(
            rawRepresentation: EdDSA.PublicKey(pem: Keys.ed25519Public).rawRepresentation)
        #expect(verifier.isValidSignature(sent.signature, for: sent.signed))
        #expect(sent.request.attempts == .one)
    }

    @Test func `a P-256 JWK signs what the RFC's public key verifies`() async throws {
        let sent = try await SentAssertion(.privateKeyJWT(try key(Keys.ecJWK)))
        #expect(sent.head == SentAssertion.Head(alg: "ES256", kid: nil))
        let verifier = try P256.Signing.PublicKey(
            rawRepresentation: SentAssertion.decode("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
                + SentAssertion.decode("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
        let signature = try P256.Signing.ECDSASignature(rawRepresentation: sent.signature)
        #expect(verifier.isValidSignature(signature, for: sent.signed))
    }

    @Test(
        arguments: [
            (nil, nil, "RS256"), ("PS256", nil, "PS256"), (nil, .ps256, "PS256"),
            ("RS256", .rs256, "RS256"),
        ] as [(String?, AssertionKey.Algorithm?, String)])
    func `an RSA JWK signs with the algorithm that it or the caller names`(
        named: String?, wanted: AssertionKey.Algorithm?, used: String
    ) async throws {
        let alg = named.map { #","alg":"\#($0)""# } ?? ""
        let key = try key("\(Keys.rsaJWK)\(alg)", wanted)
        let sent = try await SentAssertion(.privateKeyJWT(key))
        #expect(sent.head.alg == used && key.algorithm.rawValue == used)
        let n = try #require(Keys.rsaJWK.split(separator: #""n":""#).last?.prefix { $0 != "\"" })
        let publicKey = try Insecure.RSA.PublicKey(modulus: String(n), exponent: "AQAB")
        let verifiers = JWTKeyCollection()
        if used == "PS256" {
            await verifiers.add(pss: publicKey, digestAlgorithm: .sha256)
        } else {
            await verifiers.add(rsa: publicKey, digestAlgorithm: .sha256)
        }
        #expect(try await verifiers.verify(sent.text, as: Claims.self).sub == "app")
    }

    @Test func `an RSA JWK may leave its primes out`() async throws {
        let members = Keys.rsaJWK.split(separator: ",").filter {
            !$0.hasPrefix(#""p""#) && !$0.hasPrefix(#""q""#)
        }
        let bare = try key(members.joined(separator: ","))
        #expect(bare.isSame(as: try key(Keys.rsaJWK)))
    }

    @Test func `the caller's name for a key comes before the JWK's`() throws {
        let jwk = #"{\#(Keys.ecJWK),"kid":"theirs"}"#
        #expect(try AssertionKey(clientID: "app", jwk: jwk).keyID == "theirs")
        #expect(try AssertionKey(clientID: "app", jwk: jwk, keyID: "ours").keyID == "ours")
    }

    @Test(arguments: [
        (Keys.ecJWK + #","use":"enc""#, "isn't for signing"),
        (Keys.ecJWK + #","key_ops":["verify"]"#, "isn't for signing"),
        (Keys.ecJWK + #","alg":"ES512""#, "the JWK's alg isn't"),
        (Keys.ecJWK + #","alg":"RS256""#, "isn't for RS256"),
        (#""kty":"oct","k":"c2VjcmV0""#, "neither RSA nor P-256 nor Ed25519"),
        (#""kty":"EC","crv":"P-384","d":"AA""#, "neither RSA nor P-256 nor Ed25519"),
        (#""kty":"EC","crv":"P-256","x":"AA","y":"AA""#, "no private part"),
        (Keys.ecJWK.replacing("jpsQ", with: "jpsR"), "isn't a whole private key for ES256"),
        (Keys.ecJWK.replacing("jpsQ", with: "!"), "isn't a whole private key for ES256"),
        (Keys.ed25519JWK.replacing("11qY", with: "11qZ"), "isn't a whole private key for EdDSA"),
        (Keys.rsaJWK.replacing("Eq5x", with: "Eq5y"), "isn't a whole private key for RS256"),
        (Keys.rsaJWK.replacing(#""p""#, with: #""r""#), "isn't a whole private key for RS256"),
        (Keys.rsaJWK + #","oth":[{"r":"AA","d":"AA","t":"AA"}]"#, "isn't a whole private key"),
        (#""keys":[{\#(Keys.ecJWK)}]"#, "is a JWK set"), (#""kty":7"#, "isn't a JWK"),
        ("", "isn't a JWK"),
    ]) func `a JWK that can't sign is refused and isn't quoted`(jwk: String, reason: String) {
        guard case .unusable(let text) = failure({ () throws(TokenError) in try key(jwk) }) else {
            Issue.record("a key was made of \(jwk)")
            return
        }
        #expect(text.contains(reason))
        for secret in ["jpsQ", "nWGx", "Eq5x", "4BzE", "c2Vj"] { #expect(!text.contains(secret)) }
    }

    @Test func `a JWK for another algorithm than the caller's is refused`() {
        let error = failure { () throws(TokenError) in try key(Keys.ecJWK, .rs256) }
        #expect(error == .unusable("the JWK isn't for RS256"))
        let named = failure { () throws(TokenError) in
            try key(Keys.rsaJWK + #","alg":"PS256""#, .rs256)
        }
        #expect(named == .unusable("the JWK isn't for RS256"))
    }

    @Test(arguments: [
        (Keys.rsaPrivate, AssertionKey.Algorithm.rs256), (Keys.ecPrivate, .es256),
        (Keys.ed25519Private, .edDSA), ("\n {\(Keys.ed25519JWK)}\n", .edDSA),
        (#"{\#(Keys.rsaJWK),"alg":"PS256"}"#, .ps256),
    ]) func `a file holds either a PEM or a JWK`(
        text: String, algorithm: AssertionKey.Algorithm
    ) throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "key-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        let key = try AssertionKey(clientID: "app", file: file.path)
        #expect(key.algorithm == algorithm)
        #expect(key.isSame(as: try AssertionKey(clientID: "app", text: text)))
    }

    @Test func `a file that can't be read, or holds no key, isn't quoted`() throws {
        let file = FileManager.default.temporaryDirectory.appending(
            path: "key-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(
            failure { () throws(TokenError) in
                try AssertionKey(clientID: "app", file: Keys.ecPrivate)
            } == .unusable("the key's file can't be read"))
        try Data("s3cret".utf8).write(to: file)
        #expect(
            failure { () throws(TokenError) in
                try AssertionKey(clientID: "app", file: file.path)
            } == .unusable("the key is neither a PEM nor a JWK of RSA, P-256 or Ed25519"))
        try Data([0xFF, 0xFE]).write(to: file)
        #expect(
            failure { () throws(TokenError) in
                try AssertionKey(clientID: "app", file: file.path)
            } == .unusable("the key's file can't be read"))
        #expect(
            failure { () throws(TokenError) in
                try AssertionKey(clientID: "app", text: Keys.ecPrivate, algorithm: .edDSA)
            }
                == .unusable(
                    "the PEM is an EC key on P-256, and not a whole key for EdDSA"))
    }

    @Test func `what stands beside a key in its file doesn't matter`() throws {
        let plain = try AssertionKey(clientID: "app", text: Keys.ecPrivate)
        // What `openssl ecparam -name prime256v1 -genkey` writes first.
        let parameters =
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----"
        for text in [
            "\(parameters)\n\(Keys.ecPrivate)", "\u{FEFF}\(Keys.ecPrivate)",
            "Bag Attributes\r\n  localKeyID: 01\r\n\(Keys.ecPrivate)",
            "\(Keys.ed25519Public)\(Keys.ecPrivate)",
        ] {
            let key = try AssertionKey(clientID: "app", text: text)
            #expect(key.isSame(as: plain) && key.algorithm == .es256)
        }
        let marked = try AssertionKey(clientID: "app", text: "\u{FEFF}{\(Keys.ecJWK)}")
        #expect(marked.isSame(as: try key(Keys.ecJWK)))
    }

    @Test(arguments: [
        (Keys.labelled("ENCRYPTED PRIVATE" + " KEY", "MIGH"), "locked by a passphrase"),
        (
            Keys.labelled("RSA PRIVATE" + " KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nMIGH"),
            "locked by a passphrase"
        ),
        (Keys.labelled("OPENSSH PRIVATE" + " KEY", "b3BlbnNzaC1r"), "ssh-keygen -p -m PKCS8"),
        (Keys.ed25519Public, "is a public key"),
        (Keys.labelled("CERTIFICATE", "MIGH"), "is a certificate"),
        (Keys.labelled("EC PARAMETERS", "BggqhkjOPQMBBw=="), "holds no private key"),
        (Keys.labelled("PRIVATE" + " KEY", "AAAA"), "of an unknown kind"),
        (P384.Signing.PrivateKey().pemRepresentation, "is an EC key on P-384"),
        (P521.Signing.PrivateKey().pemRepresentation, "is an EC key on P-521"),
        (Keys.rsa1024Private, "is an RSA key of 1024 bits"),
    ]) func `a PEM that can't sign says what it is`(text: String, words: String) {
        let error = failure { () throws(TokenError) in
            try AssertionKey(clientID: "app", text: text)
        }
        guard case .unusable(let reason) = error else {
            Issue.record("a key was made, or \(String(describing: error))")
            return
        }
        #expect(reason.contains(words))
        #expect(!reason.contains("MI") && !reason.contains("b3B"))
    }

    @Test func `keys are the same by what they sign and for whom`() throws {
        let one = try key(Keys.ecJWK)
        #expect(one.isSame(as: try key(Keys.ecJWK)))
        #expect(!one.isSame(as: try key(Keys.ed25519JWK)))
        #expect(!one.isSame(as: try key(Keys.ecJWK + #","kid":"k""#)))
        #expect(!(try key(Keys.rsaJWK, .rs256)).isSame(as: try key(Keys.rsaJWK, .ps256)))
        let other = try AssertionKey(clientID: "app", text: Keys.ecPrivate)
        #expect(!one.isSame(as: other))
    }
}
