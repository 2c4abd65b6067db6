import Crypto
import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

/// `client_secret_jwt` and the two methods of RFC 8705.
@Suite struct ClientAuthenticationTests {
    private let secret = "a secret of thirty-two bytes, or more"
    private let certificate = ClientCertificate(
        chain: Array("s3cret chain".utf8), key: Array("s3cret key".utf8))

    private func failure(
        _ url: String, _ authentication: ClientAuthentication,
        grant: TokenGrant = .clientCredentials
    ) async -> TokenError? {
        let http = ScriptedHTTP(.token("t"))
        do throws(TokenError) {
            _ = try await TokenEndpoint(url: url, grant: grant).requestToken(
                as: authentication, through: http)
            return nil
        } catch {
            #expect(http.requests.isEmpty)
            return error
        }
    }

    @Test func `a secret signs an assertion and stays at home`() async throws {
        let sent = try await SentAssertion(.clientSecretJWT(id: "app", secret: secret))
        #expect(sent.head == SentAssertion.Head(alg: "HS256", kid: nil))
        let claims = sent.claims
        #expect(claims.iss == "app" && claims.sub == "app")
        #expect(claims.aud == "https://a.test/token")
        #expect(claims.iat == 1_795_446_000 && claims.exp == 1_795_446_060)
        #expect(claims.jti.count >= 32)
        #expect(
            HMAC<SHA256>.isValidAuthenticationCode(
                sent.signature, authenticating: sent.signed,
                using: SymmetricKey(data: Data(secret.utf8))))
        #expect(
            sent.fields.prefix(3) == [
                "grant_type=client_credentials", "client_id=app",
                "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3A"
                    + "jwt-bearer",
            ])
        #expect(sent.fields.count == 4 && sent.request.headers["Authorization"] == nil)
        #expect(sent.request.attempts == .one)
    }

    @Test func `every assertion of a secret is its own, and for whom it is said to be`()
        async throws
    {
        let proof = ClientAuthentication.clientSecretJWT(
            id: "app", secret: secret, audience: "https://issuer")
        let (one, two) = (try await SentAssertion(proof), try await SentAssertion(proof))
        #expect(one.claims.jti != two.claims.jti)
        #expect(one.claims.aud == "https://issuer")
    }

    @Test func `a secret that is too short for HS256 isn't used`() async {
        let short = String(repeating: "s", count: 31)
        #expect(
            await failure("https://a.test/token", .clientSecretJWT(id: "app", secret: short))
                == .unusable(
                    "the secret has less than the 32 bytes that HS256 needs (RFC 7518 §3.2)"))
        #expect(
            await failure("https://a.test/token", .clientSecretJWT(id: "app", secret: short + "s"))
                == nil)
    }

    @Test func `a server that repeats the signing secret isn't passed on`() async {
        let body = #"{"error":"invalid_client","error_description":"not \#(secret)"}"#
        do throws(TokenError) {
            _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
                as: .clientSecretJWT(id: "app", secret: secret),
                through: ScriptedHTTP(.json(401, body)))
            Issue.record("a refusal was a token")
        } catch {
            #expect(
                error
                    == .refused(
                        status: 401, error: "invalid_client", description: "not <client secret>"))
        }
    }

    @Test func `a certificate is on the connection and only the id in the body`() async throws {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
            as: .tls(id: "my app", certificate: certificate), through: http)
        let request = try #require(http.requests.first)
        #expect(request.certificate == certificate)
        #expect(request.headers["Authorization"] == nil)
        #expect(
            String(decoding: request.body ?? [], as: UTF8.self)
                == "grant_type=client_credentials&client_id=my+app")
        #expect(request.attempts == .repeatable)
    }

    @Test func `no other proof shows a certificate`() async throws {
        let http = ScriptedHTTP(.token("t"))
        _ = try await TokenEndpoint(url: "https://a.test/token").requestToken(
            as: .basic(id: "app", secret: "s"), through: http)
        #expect(try #require(http.requests.first).certificate == nil)
    }

    @Test func `a certificate proves nothing where nobody would see it`() async {
        #expect(
            await failure("http://127.0.0.1/token", .tls(id: "app", certificate: certificate))
                == .unusable("a certificate is shown over https only"))
    }

    @Test func `neither a secret's assertion nor a certificate is a grant`() async {
        let proofs: [ClientAuthentication] = [
            .clientSecretJWT(id: "app", secret: secret), .tls(id: "app", certificate: certificate),
        ]
        for proof in proofs {
            #expect(
                await failure("https://a.test/token", proof, grant: .jwtBearer)
                    == .unusable("a secret is no assertion"))
        }
    }

    @Test func `proofs are the same if the server couldn't tell them apart`() {
        let other = ClientCertificate(chain: certificate.chain, key: [1])
        let proofs: [ClientAuthentication] = [
            .basic(id: "app", secret: secret), .post(id: "app", secret: secret),
            .clientSecretJWT(id: "app", secret: secret),
            .clientSecretJWT(id: "app", secret: secret, audience: "https://issuer"),
            .clientSecretJWT(id: "other", secret: secret),
            .clientSecretJWT(id: "app", secret: secret + "2"),
            .assertion(id: "app", token: secret), .tls(id: "app", certificate: certificate),
            .tls(id: "app", certificate: other), .tls(id: "other", certificate: certificate),
        ]
        for (number, one) in proofs.enumerated() {
            for (otherNumber, two) in proofs.enumerated() {
                #expect(one.isSame(as: two) == (number == otherNumber))
            }
        }
    }

    @Test func `none of them is printed`() {
        let proofs: [ClientAuthentication] = [
            .clientSecretJWT(id: "app", secret: secret), .tls(id: "app", certificate: certificate),
        ]
        for proof in proofs {
            var text = "\(proof) \(String(reflecting: proof))"
            dump(proof, to: &text)
            #expect(!text.contains("s3cret") && !text.contains(secret) && text.contains("app"))
        }
        #expect("\(proofs[0])" == "<client_secret_jwt of app>")
        #expect("\(proofs[1])" == "<tls_client_auth of app>")
    }
}
