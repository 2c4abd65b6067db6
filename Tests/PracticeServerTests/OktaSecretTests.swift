import Foundation
import Testing

/// Okta's rules for the secrets of an app.
struct OktaSecretTests {
    let server: PracticeProcess
    let app: String
    let first = "first-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        app = try server.makeClient(
            #"{"dialect":"okta","client_id":"billing","secret":"\#(first)"}"#)
    }

    var secrets: String { "\(app)/credentials/secrets" }

    private func create(_ secret: String) throws -> RawHTTP.Answer {
        try server.okta("POST", secrets, #"{"client_secret":"\#(secret)"}"#)
    }

    private func cause(_ answer: RawHTTP.Answer) -> String? {
        answer.json["errorCauses"][0]["errorSummary"].string
    }

    private func isTaken(_ secret: String) throws -> Bool {
        try server.token(Path.okta, "billing", secret).status == 200
    }

    @Test func `a created secret is taken beside the old one`() throws {
        let created = try create("second-secret-0123456789")
        #expect(created.status == 201)
        #expect(created.json["status"] == "ACTIVE")
        #expect(created.json["id"].string?.hasPrefix("ocs") == true)
        #expect(try isTaken("second-secret-0123456789"))
        #expect(try isTaken(first))
    }

    @Test func `a generated secret has 64 characters`() throws {
        let created = try server.okta("POST", secrets, "{}")
        #expect(created.json["client_secret"].string?.count == 64)
    }

    @Test func `a secret can be created inactive and is refused until it is activated`() throws {
        let body = #"{"client_secret":"second-secret-0123456789","status":"INACTIVE"}"#
        let created = try server.okta("POST", secrets, body)
        #expect(created.json["status"] == "INACTIVE")
        #expect(try !isTaken("second-secret-0123456789"))
        let id = created.json["id"].string ?? ""
        #expect(try server.okta("POST", "\(secrets)/\(id)/lifecycle/activate").status == 200)
        #expect(try isTaken("second-secret-0123456789"))
    }

    @Test func `a third secret is refused, an inactive one counts`() throws {
        let second = try create("second-secret-0123456789").json["id"].string ?? ""
        _ = try server.okta("POST", "\(secrets)/\(second)/lifecycle/deactivate")
        let third = try create("third-secret-0123456789")
        #expect(third.status == 400)
        #expect(third.json["errorCode"] == "E0000001")
        #expect(third.json["errorSummary"] == "Api validation failed: OAuth2ClientSecretMediated")
        #expect(cause(third) == "You've reached the maximum number of client secrets per client.")
    }

    @Test func `an active secret can't be deleted`() throws {
        let second = try create("second-secret-0123456789").json["id"].string ?? ""
        let refused = try server.okta("DELETE", "\(secrets)/\(second)")
        #expect(refused.status == 400)
        #expect(
            cause(refused)
                == "You can't delete an active client secret. "
                + "Deactivate the secret before deleting it."
        )
        #expect(try isTaken("second-secret-0123456789"))
    }

    @Test func `the only active secret can't be deactivated`() throws {
        let id = try server.okta("GET", secrets).json[0]["id"].string ?? ""
        let refused = try server.okta("POST", "\(secrets)/\(id)/lifecycle/deactivate")
        #expect(refused.status == 400)
        #expect(cause(refused) == "You can't deactivate the only active client secret.")
        #expect(try isTaken(first))
    }

    @Test func `a deactivated secret is refused, comes back, and is gone when deleted`() throws {
        let second = try create("second-secret-0123456789").json["id"].string ?? ""
        let path = "\(secrets)/\(second)"
        let deactivated = try server.okta("POST", "\(path)/lifecycle/deactivate")
        #expect(deactivated.json["status"] == "INACTIVE")
        #expect(try !isTaken("second-secret-0123456789"))
        _ = try server.okta("POST", "\(path)/lifecycle/activate")
        #expect(try isTaken("second-secret-0123456789"))
        _ = try server.okta("POST", "\(path)/lifecycle/deactivate")
        #expect(try server.okta("DELETE", path).status == 204)
        #expect(try server.okta("GET", path).status == 404)
        #expect(try server.okta("DELETE", path).status == 404)
        #expect(try !isTaken("second-secret-0123456789"))
        #expect(try server.okta("GET", secrets).json.array.count == 1)
    }

    @Test(arguments: [
        ("thirteen-char", "client_secret: 'client_secret' must be at least '14' characters long."),
        (
            String(repeating: "x", count: 101),
            "client_secret: 'client_secret' can't be more than '100' characters long."
        ),
        (
            "n\u{f6}t-only-ascii-0123",
            "client_secret: ''client_secret'' must only contain printable ASCII: [x20-x7E]+"
        ),
    ])
    func `a secret of a wrong form is refused`(secret: String, summary: String) throws {
        let refused = try create(secret)
        #expect(refused.status == 400)
        #expect(refused.json["errorSummary"] == "Api validation failed: client_secret")
        #expect(cause(refused) == summary)
    }

    @Test(arguments: [14, 100])
    func `a secret of the shortest and the longest length is taken`(length: Int) throws {
        let secret = String(repeating: "~", count: length)
        #expect(try create(secret).status == 201)
        #expect(try isTaken(secret))
    }

    @Test func `an app with client_secret_jwt wants 32 characters`() throws {
        let app = try server.makeClient(
            #"{"dialect":"okta","client_id":"jwt","auth_method":"client_secret_jwt"}"#)
        let refused = try server.okta(
            "POST", "\(app)/credentials/secrets", #"{"client_secret":"only-twenty-chars-01"}"#)
        #expect(
            cause(refused) == "client_secret: 'client_secret' must be at least '32' characters "
                + "long when 'token_endpoint_auth_method' is 'client_secret_jwt'.")
    }

    @Test func `the links say what the status allows`() throws {
        let active = try create("second-secret-0123456789").json
        #expect(active["_links"].object.keys.sorted() == ["deactivate"])
        let href = "\(server.url)/api/v1/apps/\(secrets)/\(active["id"].string ?? "")"
        #expect(active["_links"]["deactivate"]["href"].string == "\(href)/lifecycle/deactivate")
        let inactive = try server.okta(
            "POST", "\(secrets)/\(active["id"].string ?? "")/lifecycle/deactivate"
        ).json
        #expect(inactive["_links"].object.keys.sorted() == ["activate", "delete"])
        #expect(inactive["_links"]["delete"]["href"].string == href)
        #expect(inactive["_links"]["delete"]["hints"]["allow"].array == ["DELETE"])
    }

    /// Pairs that Okta prints in its guide and in its OpenAPI examples.
    @Test(arguments: [
        ("3ZIqRCzmjcdNPK2Y29x1qSkI5NRHji_eGIm4aKtI", "jMur1qOhMw_MtC9aQo7YEg"),
        ("D0HxBn1FtTXeYC4cSBwWL_sPMztMT2t6Ei9n1QjO", "tI4z6TbSw5YYd8RtcClaEw"),
        ("7U_MTFeIoRVHtPTcb4MY0gESLLisXfNRbbob1Quo", "cfQjsGNDYEn5e3rqJME_jQ"),
        ("DRUFXGF9XbLnS9k-Sla3x3POBiIxDreBCdZuFs5B", "FpCwXwSjTRQNtEI11I00-g"),
    ])
    func `secret_hash is the one that Okta prints`(secret: String, hash: String) throws {
        #expect(try create(secret).json["secret_hash"].string == hash)
    }

    @Test func `the list shows secrets in full, or masked when told to`() throws {
        #expect(try server.okta("GET", secrets).json[0]["client_secret"].string == first)
        try server.control("PUT", "settings", #"{"okta_mask_secrets":true}"#)
        #expect(try server.okta("GET", secrets).json[0]["client_secret"] == "firs......6789")
    }

    @Test func `the app object names its client`() throws {
        let answer = try server.okta("GET", app)
        #expect(answer.json["id"].string == app)
        let client = answer.json["credentials"]["oauthClient"]
        #expect(client["client_id"] == "billing")
        #expect(client["token_endpoint_auth_method"] == "client_secret_basic")
    }

    @Test func `an app's grants are the scopes of Okta's own API`() throws {
        let wide = try server.makeClient(
            #"{"dialect":"okta","client_id":"wide","scopes":["a"],"grants":["okta.users.read"]}"#)
        let grants = try server.okta("GET", "\(wide)/grants").json.array
        #expect(grants.map { $0["scopeId"] } == ["okta.users.read"])
        #expect(grants.map { $0["status"] } == ["ACTIVE"])
        #expect(try server.okta("GET", "\(app)/grants").json.array == [])
        #expect(try server.okta("GET", "nope/grants").status == 404)
    }
}
