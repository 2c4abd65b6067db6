import Crypto
import Foundation
import JWTKit
import Testing

/// `private_key_jwt` and `client_secret_jwt` (RFC 7523).
struct AssertionTests {
    let server: PracticeProcess
    let client: AssertingClient

    init() throws {
        server = try PracticeProcess()
        client = try AssertingClient()
        try server.makeClient(client.registration())
    }

    var endpoint: String { server.url + Path.okta }

    @Test(arguments: [false, true])
    func `a signed assertion is taken, by PEM and by JWK`(asJWK: Bool) async throws {
        let client = try AssertingClient(id: "other")
        try server.makeClient(client.registration(asJWK: asJWK))
        let answer = try server.post(Path.okta, try await client.form(audience: endpoint))
        #expect(answer.status == 200)
    }

    @Test func `the issuer is an audience too`() async throws {
        let form = try await client.form(audience: "\(server.url)/oauth2/default")
        #expect(try server.post(Path.okta, form).status == 200)
    }

    @Test func `an assertion works once`() async throws {
        let form = try await client.form(audience: endpoint)
        #expect(try server.post(Path.okta, form).status == 200)
        let replayed = try server.post(Path.okta, form)
        #expect(replayed.status == 401)
        #expect(replayed.json["error"] == "invalid_client")
    }

    @Test func `claims that break a rule are refused`() async throws {
        let now = Date.now.timeIntervalSince1970
        let changes: [(inout AssertingClient.Claims) -> Void] = [
            { $0.aud = "https://elsewhere.example/token" },
            { $0.exp = now - 1 },
            { $0.exp = nil },
            { $0.exp = now + 7200 },
            { $0.jti = nil },
            { $0.iss = "somebody" },
        ]
        for change in changes {
            var claims = client.claims(audience: endpoint)
            change(&claims)
            let refused = try server.post(Path.okta, try await client.form(claims))
            #expect(refused.status == 401, "\(claims)")
            #expect(refused.json["error"] == "invalid_client", "\(claims)")
        }
    }

    @Test func `another key's signature is refused`() async throws {
        let stranger = try AssertingClient(id: client.id)
        let refused = try server.post(Path.okta, try await stranger.form(audience: endpoint))
        #expect(refused.json["error"] == "invalid_client")
    }

    @Test func `Keycloak answers 400 in its own words`() async throws {
        try server.makeClient(client.registration(dialect: "keycloak"))
        let good = try await client.form(audience: server.url + Path.keycloak)
        #expect(try server.post(Path.keycloak, good).status == 200)
        let refused = try server.post(Path.keycloak, good)
        #expect(refused.status == 400)
        let text = refused.json["error_description"].string ?? ""
        #expect(text.hasPrefix("Client authentication with signed JWT failed: "))
    }

    @Test func `a secret beside an assertion is one method too many`() async throws {
        let form = try await client.form(audience: endpoint) + "&client_secret=x"
        #expect(try server.post(Path.okta, form).json["error"] == "invalid_request")
    }

    @Test func `a private_key_jwt app can't get a client secret`() throws {
        let other = try AssertingClient(id: "other")
        let app = try server.makeClient(other.registration())
        let refused = try server.okta(
            "POST", "\(app)/credentials/secrets", #"{"client_secret":"long-enough-0123456789"}"#)
        let cause = refused.json["errorCauses"][0]["errorSummary"].string ?? ""
        #expect(cause.hasPrefix("'client_secret' can't be used when"))
    }

    @Test func `client_secret_jwt is signed with a live secret`() async throws {
        let secret = "a-secret-of-more-than-32-characters-0123"
        try server.makeClient(
            """
            {"dialect":"okta","client_id":"hs","secret":"\(secret)",\
            "auth_method":"client_secret_jwt"}
            """)
        for (key, status) in [(secret, 200), ("another-secret-of-32-characters-0123456", 401)] {
            let keys = await JWTKeyCollection()
                .add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
            var claims = client.claims(audience: endpoint)
            claims.iss = "hs"
            claims.sub = "hs"
            let answer = try server.post(
                Path.okta, AssertingClient.form(try await keys.sign(claims)))
            #expect(answer.status == status)
        }
    }

    @Test func `a secret that is too short for HS256 signs nothing`() async throws {
        let secret = "a-secret-of-31-characters-01234"
        try server.makeClient(
            """
            {"dialect":"okta","client_id":"hs","secret":"\(secret)",\
            "auth_method":"client_secret_jwt"}
            """)
        // The library would not sign with it.
        let keys = await JWTKeyCollection().add(
            hmac: HMACKey(from: secret + "and one more"), digestAlgorithm: .sha256)
        var claims = client.claims(audience: endpoint)
        (claims.iss, claims.sub) = ("hs", "hs")
        let signed = try await keys.sign(claims).split(separator: ".").prefix(2)
            .joined(separator: ".")
        let signature = HMAC<SHA256>.authenticationCode(
            for: Data(signed.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        let form = AssertingClient.form("\(signed).\(Self.base64URL(Data(signature)))")
        #expect(try server.post(Path.okta, form).json["error"] == "invalid_client")
    }

    @Test(arguments: ["RS256", "PS256"], [nil, "RS256", "PS256"] as [String?])
    func `an RSA key signs with the algorithms that it is registered for`(
        used: String, registered: String?
    ) async throws {
        let key = try Insecure.RSA.PrivateKey(pem: AssertingClient.rsaPEM)
        let parts = try key.publicKey.getKeyPrimitives()
        let alg = registered.map { #","alg":"\#($0)""# } ?? ""
        try server.makeClient(
            """
            {"dialect":"okta","client_id":"rsa","auth_method":"private_key_jwt",\
            "public_key":{"kty":"RSA","n":"\(Self.base64URL(parts.modulus))","e":"AQAB"\(alg)}}
            """)
        let keys = JWTKeyCollection()
        if used == "RS256" {
            await keys.add(rsa: key, digestAlgorithm: .sha256)
        } else {
            await keys.add(pss: key, digestAlgorithm: .sha256)
        }
        var claims = client.claims(audience: endpoint)
        (claims.iss, claims.sub) = ("rsa", "rsa")
        let answer = try server.post(
            Path.okta, AssertingClient.form(try await keys.sign(claims)))
        #expect(answer.status == (registered == nil || registered == used ? 200 : 401))
    }

    @Test(arguments: [false, true])
    func `an Ed25519 key is taken, by PEM and by JWK`(asJWK: Bool) async throws {
        let key = try EdDSA.PrivateKey()
        let pem = key.publicKey.pemRepresentation.replacing("\n", with: "\\n")
        let x = Self.base64URL(key.publicKey.rawRepresentation)
        let jwk = #"{"kty":"OKP","crv":"Ed25519","x":"\#(x)"}"#
        try server.makeClient(
            """
            {"dialect":"okta","client_id":"ed","auth_method":"private_key_jwt",\
            "public_key":\(asJWK ? jwk : "\"\(pem)\"")}
            """)
        let keys = await JWTKeyCollection().add(eddsa: key)
        var claims = client.claims(audience: endpoint)
        (claims.iss, claims.sub) = ("ed", "ed")
        let form = AssertingClient.form(try await keys.sign(claims))
        #expect(try server.post(Path.okta, form).status == 200)
        #expect(try server.post(Path.okta, form).status == 401)
    }

    @Test(
        arguments: [
            ("one", "one", 200), ("one", "two", 401), ("one", nil, 401), ("one", "three", 401),
        ] as [(String, String?, Int)])
    func `of several keys the one counts that the assertion names`(
        signing: String, named: String?, status: Int
    ) async throws {
        let keys = ["one": ES256PrivateKey(), "two": ES256PrivateKey()]
        let set = keys.map { name, key in
            let point = key.publicKey.parameters
            let (x, y) = (point?.x ?? "", point?.y ?? "")
            return #"{"kty":"EC","crv":"P-256","kid":"\#(name)","x":"\#(x)","y":"\#(y)"}"#
        }
        try server.makeClient(
            """
            {"dialect":"okta","client_id":"ec","auth_method":"private_key_jwt",\
            "public_key":{"keys":[\(set.joined(separator: ","))]}}
            """)
        let signer = await JWTKeyCollection().add(ecdsa: try #require(keys[signing]))
        var claims = client.claims(audience: endpoint)
        (claims.iss, claims.sub) = ("ec", "ec")
        var header = JWTHeader()
        header.kid = named
        let form = AssertingClient.form(try await signer.sign(claims, header: header))
        #expect(try server.post(Path.okta, form).status == status)
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
