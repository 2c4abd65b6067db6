import Foundation
import Testing

/// Google IAM's rules for the credentials of an OAuth client.
struct GoogleTests {
    private let server: PracticeProcess
    private let first = "GOCSPX-first0123456789"
    private let path = "/google/iam/v1/projects/practice-project/locations/global/oauthClients/web"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(
            #"{"dialect":"google","client_id":"billing","internal_id":"web","secret":"\#(first)"}"#)
    }

    private func iam(
        _ method: String, _ more: String = "", _ body: String? = nil, token: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, path + more,
            headers: [
                "Authorization": "Bearer \(token ?? server.lines["GOOGLE_ADMIN_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func create(_ id: String, _ body: String = "{}") throws -> RawHTTP.Answer {
        try iam("POST", "/credentials?oauthClientCredentialId=\(id)", body)
    }

    private func disable(_ id: String, _ isDisabled: Bool = true) throws -> RawHTTP.Answer {
        try iam("PATCH", "/credentials/\(id)?updateMask=disabled", #"{"disabled":\#(isDisabled)}"#)
    }

    /// What the token endpoint says to a secret beside a code that nobody was given.
    private func verdict(_ secret: String) throws -> String? {
        try server.token(
            "/google/sts/v1/oauthtoken", "billing", secret,
            form: "grant_type=authorization_code&code=none&redirect_uri=https%3A%2F%2Fa.example"
        ).json["error"].string
    }

    @Test func `a secret is made by the server, under the caller's id, and shown one by one`()
        throws
    {
        let made = try create("second", #"{"displayName":"the second"}"#)
        #expect(made.status == 200)
        let value = try #require(made.json["clientSecret"].string)
        #expect(try verdict(value) == "invalid_grant")
        #expect(try verdict(first) == "invalid_grant")
        let listed = try iam("GET", "/credentials").json["oauthClientCredentials"].array
        #expect(listed.count == 2 && listed.allSatisfy { $0["clientSecret"] == .null })
        let shown = try iam("GET", "/credentials/second").json
        #expect(shown["clientSecret"].string == value && shown["displayName"] == "the second")
        #expect(shown["disabled"] == .null)
    }

    @Test func `an id is taken once and has a form`() throws {
        for status in [200, 409] { #expect(try create("second").status == status) }
        #expect(try create("second").json["error"]["status"] == "ALREADY_EXISTS")
        for id in ["abc", "Second", "gcp-second", "se_cond", String(repeating: "a", count: 33)] {
            #expect(try create(id).json["error"]["status"] == "INVALID_ARGUMENT", "\(id)")
        }
        let long = String(repeating: "a", count: 33)
        #expect(try create("third", #"{"displayName":"\#(long)"}"#).status == 400)
        #expect(try create("third", #"{"clientSecret":"mine"}"#).status == 400)
    }

    @Test func `only a disabled one is deleted`() throws {
        let value = try create("second").json["clientSecret"].string ?? ""
        let early = try iam("DELETE", "/credentials/second")
        #expect(early.status == 400 && early.json["error"]["status"] == "FAILED_PRECONDITION")
        for _ in 1...2 { #expect(try disable("second").json["disabled"] == .bool(true)) }
        #expect(try verdict(value) == "invalid_client")
        #expect(try disable("second", false).status == 200)
        #expect(try verdict(value) == "invalid_grant")
        #expect(try disable("second").status == 200)
        #expect(try iam("DELETE", "/credentials/second").status == 200)
        #expect(try iam("DELETE", "/credentials/second").status == 404)
        #expect(try disable("second").status == 404)
        #expect(try verdict(value) == "invalid_client")
    }

    @Test func `a change names what it changes`() throws {
        #expect(try iam("PATCH", "/credentials/first", #"{"disabled":true}"#).status == 400)
        #expect(try verdict(first) == "invalid_grant")
    }

    @Test func `ten and no more`() throws {
        for number in 2...10 { #expect(try create("number-\(number)").status == 200) }
        let full = try create("number-11")
        #expect(full.status == 429 && full.json["error"]["status"] == "RESOURCE_EXHAUSTED")
    }

    @Test func `a client has no grant of its own, unless that is practised`() throws {
        let path = "/google/sts/v1/oauthtoken"
        #expect(
            try server.token(path, "billing", first).json["error"] == "unsupported_grant_type")
        let bare = try server.token(
            path, "billing", first, form: "grant_type=authorization_code&code=none")
        #expect(bare.json["error"] == "invalid_request")
        try server.control("PUT", "settings", #"{"google_client_credentials":true}"#)
        #expect(try server.token(path, "billing", first).status == 200)
    }

    @Test func `nobody else may do anything, and other projects have nothing`() throws {
        let denied = try iam("GET", "/credentials", token: "nobody")
        #expect(denied.status == 401 && denied.json["error"]["status"] == "UNAUTHENTICATED")
        let elsewhere = try server.http.send(
            "GET", path.replacing("practice-project", with: "other"),
            headers: ["Authorization": "Bearer \(server.lines["GOOGLE_ADMIN_TOKEN"] ?? "")"])
        #expect(elsewhere.status == 404)
    }

    @Test(.enabled(if: DiscoveryDocument.iam != nil, "the vendors' contracts are absent"))
    func `answers fit Google's discovery document`() throws {
        let iamDocument = try #require(DiscoveryDocument.iam)
        let made = try create("second", #"{"displayName":"the second"}"#)
        let credential = "OauthClientCredential"
        #expect(iamDocument.problems(made, as: credential) == [])
        #expect(iamDocument.problems(try iam("GET", "/credentials/second"), as: credential) == [])
        #expect(iamDocument.problems(try disable("second"), as: credential) == [])
        let list = try iam("GET", "/credentials")
        #expect(iamDocument.problems(list, as: "ListOauthClientCredentialsResponse") == [])
        #expect(iamDocument.problems(try iam("GET"), as: "OauthClient") == [])
        #expect(iamDocument.problems(try iam("DELETE", "/credentials/second"), as: "Empty") == [])
    }
}
