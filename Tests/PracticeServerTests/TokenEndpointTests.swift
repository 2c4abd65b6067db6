import Foundation
import JWTKit
import Testing

/// RFC 6749 at both dialects' token endpoints.
struct TokenEndpointTests {
    let server: PracticeProcess
    let secret = "s:cret+with/odd%chars=&1"

    init() throws {
        server = try PracticeProcess()
        for dialect in ["okta", "keycloak"] {
            try server.makeClient(
                #"{"dialect":"\#(dialect)","client_id":"bill:ing","secret":"\#(secret)"}"#)
            try server.makeClient(
                """
                {"dialect":"\(dialect)","client_id":"poster","secret":"post-secret-0123456789",\
                "auth_method":"client_secret_post"}
                """)
        }
    }

    static let both = [Path.okta, Path.keycloak]

    @Test(arguments: both)
    func `Basic is form-urldecoded`(path: String) throws {
        let answer = try server.token(path, "bill:ing", secret)
        #expect(answer.status == 200)
        #expect(answer.json["token_type"] == "Bearer")
        #expect(answer.headers["cache-control"] == "no-store")
        let raw = Data("bill:ing:\(secret)".utf8).base64EncodedString()
        let refused = try server.post(
            path, "grant_type=client_credentials", headers: ["Authorization": "Basic \(raw)"])
        #expect(refused.status >= 400)
    }

    @Test(arguments: both)
    func `a secret may stand in the form`(path: String) throws {
        let form =
            "grant_type=client_credentials&client_id=poster&client_secret=post-secret-0123456789"
        #expect(try server.post(path, form).status == 200)
    }

    @Test func `Okta takes only the method of the app, Keycloak both`() throws {
        let okta = try server.token(Path.okta, "poster", "post-secret-0123456789")
        #expect(okta.status == 401)
        #expect(okta.json["error"] == "invalid_client")
        let keycloak = try server.token(Path.keycloak, "poster", "post-secret-0123456789")
        #expect(keycloak.status == 200)
    }

    @Test func `a wrong secret is refused in Okta's words`() throws {
        let refused = try server.token(Path.okta, "bill:ing", "wrong")
        #expect(refused.status == 401)
        #expect(refused.json["error"] == "invalid_client")
        #expect(
            refused.json["error_description"]
                == "The client secret supplied for a confidential client is invalid.")
        #expect(refused.headers["www-authenticate"] == "Basic realm=\"okta\"")
        #expect(refused.headers["cache-control"] == "no-store")
    }

    @Test func `a wrong secret is refused in Keycloak's words`() throws {
        let refused = try server.token(Path.keycloak, "bill:ing", "wrong")
        #expect(refused.status == 401)
        #expect(refused.json["error"] == "unauthorized_client")
        #expect(
            refused.json["error_description"] == "Invalid client or Invalid client credentials")
    }

    @Test func `a refusal of a secret in the form asks for no Basic`() throws {
        let form = "grant_type=client_credentials&client_id=poster&client_secret=wrong"
        let refused = try server.post(Path.okta, form)
        #expect(refused.status == 401)
        #expect(refused.headers["www-authenticate"] == nil)
    }

    @Test func `an unknown client is not taken for a wrong secret`() throws {
        let okta = try server.token(Path.okta, "nobody", "whatever")
        #expect(okta.status == 400)
        #expect(okta.json["errorCode"] == "invalid_client")
        let keycloak = try server.token(Path.keycloak, "nobody", "whatever")
        #expect(keycloak.status == 401)
        #expect(keycloak.json["error"] == "invalid_client")
    }

    @Test(arguments: both)
    func `a bad request is named by its RFC 6749 code`(path: String) throws {
        let cases = [
            ("", "invalid_request"),
            ("scope=read", "invalid_request"),
            ("grant_type=password", "unsupported_grant_type"),
            ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
            ("grant_type=client_credentials&scope=nope", "invalid_scope"),
            ("grant_type=client_credentials&client_secret=x", "invalid_request"),
            ("grant_type=client_credentials&client_id=other", "invalid_request"),
            ("grant_type=client_credentials&scope=%zz", "invalid_request"),
        ]
        for (form, error) in cases {
            let refused = try server.token(path, "bill:ing", secret, form: form)
            #expect(refused.status == 400, "\(form)")
            #expect(refused.json["error"].string == error, "\(form)")
            #expect(refused.headers["cache-control"] == "no-store")
        }
    }

    @Test func `no credentials at all are refused`() throws {
        let okta = try server.post(Path.okta, "grant_type=client_credentials")
        #expect(okta.status == 401)
        #expect(okta.json["error_description"] == "No client credentials found")
        let keycloak = try server.post(Path.keycloak, "grant_type=client_credentials")
        #expect(keycloak.status == 400)
        #expect(keycloak.json["error_description"] == "Missing client_id parameter")
    }

    @Test func `Okta's org server gives client secrets nothing unless told to`() throws {
        let refused = try server.token(Path.org, "bill:ing", secret)
        #expect(refused.status == 400)
        #expect(refused.json["error"] == "invalid_scope")
        #expect(try server.token(Path.org, "bill:ing", "wrong").json["error"] == "invalid_client")
        try server.control("PUT", "settings", #"{"okta_org_secret_grants":true}"#)
        #expect(try server.token(Path.org, "bill:ing", secret).status == 200)
    }

    @Test func `without a default scope Okta wants one`() throws {
        #expect(try server.token(Path.okta, "bill:ing", secret).json["scope"] == "read")
        try server.control("PUT", "settings", #"{"okta_default_scope":""}"#)
        #expect(try server.token(Path.okta, "bill:ing", secret).json["error"] == "invalid_scope")
    }

    struct Claims: JWTPayload {
        let iss: String
        let sub: String
        let client_id: String
        let azp: String?
        let cid: String?
        let jti: String
        let exp: Double
        let scope: String

        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    @Test(arguments: [
        (Path.okta, "/oauth2/default/.well-known/openid-configuration", "/oauth2/default"),
        (
            Path.keycloak, "/realms/practice/.well-known/openid-configuration", "/realms/practice"
        ),
    ])
    func `a token is signed by the key of the discovered server`(
        path: String, metadata: String, issuer: String
    ) async throws {
        let document = try server.http.send("GET", metadata).json
        #expect(document["issuer"].string == server.url + issuer)
        #expect(document["token_endpoint"].string == server.url + path)
        let keysPath = document["jwks_uri"].string?.dropFirst(server.url.count) ?? ""
        let keySet = try server.http.send("GET", String(keysPath)).text
        let keys = try await JWTKeyCollection().add(jwksJSON: keySet)
        let token =
            try server.token(
                path, "bill:ing", secret, form: "grant_type=client_credentials&scope=read"
            ).json["access_token"].string ?? ""
        let claims = try await keys.verify(token, as: Claims.self)
        #expect(claims.iss == server.url + issuer)
        #expect(claims.client_id == "bill:ing")
        #expect((claims.azp ?? claims.cid) == "bill:ing")
        #expect(claims.scope.split(separator: " ").contains("read"))
        #expect(claims.exp > Date.now.timeIntervalSince1970)
        await #expect(throws: (any Error).self) {
            try await keys.verify(token.dropLast(4) + "AAAA", as: Claims.self)
        }
    }

    @Test func `the org server publishes both metadata documents`() throws {
        for name in ["openid-configuration", "oauth-authorization-server"] {
            let document = try server.http.send("GET", "/.well-known/\(name)").json
            #expect(document["issuer"].string == server.url)
        }
    }

    @Test func `an unknown realm is not found`() throws {
        let path = "/realms/nope/protocol/openid-connect/token"
        let answer = try server.token(path, "bill:ing", secret)
        #expect(answer.status == 404)
        #expect(answer.json["error"] == "Realm not found.")
    }

    @Test(.enabled(if: Contract.oktaOAuth != nil, "the Okta contract file is not here"))
    func `Okta's token answers fit its contract`() throws {
        let contract = try #require(Contract.oktaOAuth)
        let path = "/oauth2/{authorizationServerId}/v1/token"
        let good = try server.token(Path.okta, "bill:ing", secret)
        let wrong = try server.token(Path.okta, "bill:ing", "wrong")
        let bad = try server.token(Path.okta, "bill:ing", secret, form: "grant_type=password")
        for answer in [good, wrong, bad] {
            #expect(contract.problems(answer, to: "POST", path) == [])
        }
    }
}
