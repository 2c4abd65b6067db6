import Foundation
import HTTPTransport
import JWTKit
import ProcessTesting
import Testing

@testable import ClientCredentials

/// Every proof that needs no certificate, at the practice server's token endpoint.
@Suite struct PracticeAuthenticationTests {
    private let http = CurlClient()
    private let secret = "a-secret-of-more-than-32-characters-0123"

    /// The server that `issuer` names, with a client `app` at it.
    private func withServer(
        _ registration: String, _ body: (TokenEndpoint) async throws -> Void
    ) async throws {
        try await Workbench.open { bench in
            let server = try await PracticeServerProcess.start(on: bench)
            try await server.control(
                "POST", "clients", #"{"dialect":"okta","client_id":"app",\#(registration)}"#)
            let issuer = "\(server["PRACTICE_URL"])/oauth2/default"
            let metadata = try await AuthorizationServerMetadata.discover(
                issuer: issuer, through: http)
            try await body(TokenEndpoint(url: metadata.tokenEndpoint, scope: "read"))
        }
    }

    private func refusal(
        _ endpoint: TokenEndpoint, _ proof: ClientAuthentication, at now: Date = Date()
    ) async -> String? {
        do throws(TokenError) {
            _ = try await endpoint.requestToken(as: proof, through: http, at: now)
            return nil
        } catch {
            if case .refused(_, let code, _) = error { return code }
            return error.description
        }
    }

    @Test func `a secret proves a client in the way that it is registered for`() async throws {
        let ways: [(String, (String) -> ClientAuthentication)] = [
            ("client_secret_basic", { .basic(id: "app", secret: $0) }),
            ("client_secret_post", { .post(id: "app", secret: $0) }),
            ("client_secret_jwt", { .clientSecretJWT(id: "app", secret: $0) }),
        ]
        for (method, proof) in ways {
            let registration = #""secret":"\#(secret)","auth_method":"\#(method)""#
            try await withServer(registration) { endpoint in
                let token = try await endpoint.requestToken(as: proof(secret), through: http)
                #expect(token.scopeShortfall == nil && token.granted?.contains("read") == true)
                #expect(await refusal(endpoint, proof(secret + "2")) == "invalid_client")
                for (other, otherProof) in ways where other != method {
                    #expect(await refusal(endpoint, otherProof(secret)) == "invalid_client")
                }
            }
        }
    }

    private func publicPEM(_ algorithm: AssertionKey.Algorithm) throws -> (String, String) {
        switch algorithm {
        case .rs256, .ps256:
            let key = try Insecure.RSA.PrivateKey(pem: Keys.rsaPrivate)
            return (Keys.rsaPrivate, key.publicKey.pemRepresentation)
        case .es256:
            let key = try ES256PrivateKey(pem: Keys.ecPrivate)
            return (Keys.ecPrivate, key.publicKey.pemRepresentation)
        case .edDSA: return (Keys.ed25519Private, Keys.ed25519Public)
        }
    }

    @Test(arguments: AssertionKey.Algorithm.allCases)
    func `a key proves a client, now and to this server only`(
        algorithm: AssertionKey.Algorithm
    ) async throws {
        let (pem, publicPEM) = try publicPEM(algorithm)
        let escaped = publicPEM.replacing("\n", with: "\\n")
        let registration = #""auth_method":"private_key_jwt","public_key":"\#(escaped)""#
        try await withServer(registration) { endpoint in
            let issuer = endpoint.url.replacing("/v1/token", with: "")
            for audience in [nil, issuer] {
                let key = try AssertionKey(
                    clientID: "app", text: pem, algorithm: algorithm, audience: audience)
                #expect(await refusal(endpoint, .privateKeyJWT(key)) == nil)
            }
            let key = try AssertionKey(clientID: "app", text: pem, algorithm: algorithm)
            let late = Date(timeIntervalSinceNow: -120)
            #expect(await refusal(endpoint, .privateKeyJWT(key), at: late) == "invalid_client")
            let astray = try AssertionKey(
                clientID: "app", text: pem, algorithm: algorithm, audience: "https://a.test/")
            #expect(await refusal(endpoint, .privateKeyJWT(astray)) == "invalid_client")
            let stranger = try AssertionKey(clientID: "app", jwk: "{\(Keys.ecJWK)}")
            #expect(await refusal(endpoint, .privateKeyJWT(stranger)) == "invalid_client")
        }
    }

    @Test func `an assertion that was seen once proves nothing any more`() async throws {
        let registration = #""secret":"\#(secret)","auth_method":"client_secret_jwt""#
        try await withServer(registration) { endpoint in
            let request = try await endpoint.request(
                as: .clientSecretJWT(id: "app", secret: secret), connection: .kept,
                deadline: .seconds(30), at: Date())
            #expect(try await http.send(request).status == 200)
            #expect(try await http.send(request).status == 401)
        }
    }

    @Test func `metadata are found at the standard's place and at OpenID Connect's`()
        async throws
    {
        try await Workbench.open { bench in
            let server = try await PracticeServerProcess.start(on: bench)
            for mount in ["rfc7592", "realms/practice"] {
                let issuer = "\(server["PRACTICE_URL"])/\(mount)"
                let metadata = try await AuthorizationServerMetadata.discover(
                    issuer: issuer, through: http)
                #expect(metadata.issuer == issuer)
                #expect(metadata.tokenEndpoint.hasPrefix(issuer))
                #expect(metadata.offers(.clientSecretJWT(id: "app", secret: secret)))
            }
        }
    }
}
