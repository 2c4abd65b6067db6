import Foundation
import HTTPTransport
import JWTKit
import Testing

@testable import ClientCredentials

@Suite struct AssertionTests {
    private struct Claims: JWTPayload, Equatable {
        let iss: String
        let sub: String
        let aud: String
        let iat: Int
        let exp: Int
        let jti: String

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private struct Head: Decodable, Equatable {
        let alg: String
        let kid: String?
    }

    private static let now = Date(timeIntervalSince1970: 1_795_446_000.9)

    private func assertion(_ key: AssertionKey) async throws -> String {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
            as: .privateKeyJWT(key), through: http, at: Self.now)
        let request = try #require(http.requests.first)
        // A replayed jti is refused, so libcurl must not send it twice.
        #expect(request.attempts == .one)
        #expect(request.headers["Authorization"] == nil)
        let fields = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&")
        #expect(fields.contains("client_id=app"))
        #expect(
            fields.contains(
                "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                    + "jwt-bearer"))
        let prefix = "client_assertion="
        return String(try #require(fields.first { $0.hasPrefix(prefix) }).dropFirst(prefix.count))
    }

    private func head(_ assertion: String) throws -> Head {
        var text = String(assertion.prefix { $0 != "." })
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        return try JSONDecoder().decode(Head.self, from: try #require(Data(base64Encoded: text)))
    }

    private func check(_ claims: Claims, audience: String) {
        #expect(claims.iss == "app" && claims.sub == "app" && claims.aud == audience)
        #expect(claims.iat == 1_795_446_000 && claims.exp == 1_795_446_060)
        #expect(claims.jti.count >= 32)
    }

    @Test func `an assertion that is the grant has the scope and no subject`() async throws {
        struct GrantClaims: Decodable {
            let iss: String
            let sub: String?
            let aud: String
            let scope: String
        }
        let key = try await AssertionKey(clientID: "app", pem: Keys.rsaPrivate, algorithm: .rs256)
        let http = ScriptedHTTP(.token("t"))
        let endpoint = TokenEndpoint(
            url: "https://a.test/token", scope: "all of it", grant: .jwtBearer)
        _ = try await endpoint.requestToken(as: .privateKeyJWT(key), through: http, at: Self.now)
        let request = try #require(http.requests.first)
        #expect(request.attempts == .one)
        let fields = String(decoding: request.body ?? [], as: UTF8.self).split(separator: "&")
        #expect(fields.count == 2)
        #expect(
            fields[0] == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer")
        let assertion = try #require(fields.last { $0.hasPrefix("assertion=") }).dropFirst(10)
        var payload = String(assertion.split(separator: ".")[1])
            .replacing("-", with: "+").replacing("_", with: "/")
        payload += String(repeating: "=", count: (4 - payload.count % 4) % 4)
        let claims = try JSONDecoder().decode(
            GrantClaims.self, from: try #require(Data(base64Encoded: payload)))
        #expect(claims.iss == "app" && claims.sub == nil)
        #expect(claims.aud == "https://a.test/token" && claims.scope == "all of it")
    }

    @Test func `a secret is no grant of that kind, and nothing is sent`() async throws {
        let http = ScriptedHTTP(.token("t"))
        let endpoint = TokenEndpoint(url: "https://a.test/token", grant: .jwtBearer)
        await #expect(throws: TokenError.self) {
            _ = try await endpoint.requestToken(
                as: .post(id: "app", secret: "s"), through: http, at: Self.now)
        }
        #expect(http.requests.isEmpty)
    }

    @Test func `a code is sent with its redirect URI`() async throws {
        let http = ScriptedHTTP(.token("t"))
        let endpoint = TokenEndpoint(
            url: "https://a.test/token", grant: .authorizationCode("c", redirectURI: "https://b/"))
        _ = try await endpoint.requestToken(
            as: .basic(id: "app", secret: "s"), through: http, at: Self.now)
        let body = String(decoding: try #require(http.requests.first).body ?? [], as: UTF8.self)
        #expect(body == "grant_type=authorization_code&code=c&redirect_uri=https%3A%2F%2Fb%2F")
    }

    @Test(arguments: [AssertionKey.Algorithm.rs256, .ps256])
    func `an RSA assertion is verified with the public key`(
        algorithm: AssertionKey.Algorithm
    ) async throws {
        let key = try await AssertionKey(
            clientID: "app", pem: Keys.rsaPrivate, algorithm: algorithm, keyID: "k1",
            audience: "https://issuer")
        let text = try await assertion(key)
        let verifiers = JWTKeyCollection()
        let publicKey = try Insecure.RSA.PrivateKey(pem: Keys.rsaPrivate).publicKey
        if algorithm == .rs256 {
            await verifiers.add(rsa: publicKey, digestAlgorithm: .sha256, kid: "k1")
        } else {
            await verifiers.add(pss: publicKey, digestAlgorithm: .sha256, kid: "k1")
        }
        check(try await verifiers.verify(text, as: Claims.self), audience: "https://issuer")
        #expect(try head(text) == Head(alg: algorithm.rawValue, kid: "k1"))
    }

    @Test func `an EC assertion is verified with the public key and each is unique`() async throws {
        let key = try await AssertionKey(clientID: "app", pem: Keys.ecPrivate, algorithm: .es256)
        let verifiers = JWTKeyCollection()
        await verifiers.add(ecdsa: try ES256PrivateKey(pem: Keys.ecPrivate).publicKey)
        let (first, second) = (try await assertion(key), try await assertion(key))
        let claims = try await verifiers.verify(first, as: Claims.self)
        check(claims, audience: "https://a.test/token")
        #expect(try await verifiers.verify(second, as: Claims.self).jti != claims.jti)
        #expect(try head(first) == Head(alg: "ES256", kid: nil))
    }

    @Test(arguments: AssertionKey.Algorithm.allCases)
    func `a key that can't be read is unusable and isn't quoted`(
        algorithm: AssertionKey.Algorithm
    ) async {
        do throws(TokenError) {
            _ = try await AssertionKey(clientID: "app", pem: "s3cret", algorithm: algorithm)
            Issue.record("a key was made of nothing")
        } catch {
            #expect(
                error == .unusable("the key isn't a PEM private key for \(algorithm.rawValue)"))
        }
    }
}
