import Foundation
import Testing

/// Cognito's rules for the secrets of an app client, and for signatures.
struct CognitoTests {
    private let server: PracticeProcess
    private let caller: AWSCaller
    private let first = "first_secret+0123456789abc"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"cognito","client_id":"billing","secret":"\#(first)"}"#)
        caller = AWSCaller(server)
    }

    private func body(_ more: String = "", client: String = "billing") -> String {
        let pool = server.lines["COGNITO_USER_POOL"] ?? ""
        return #"{"UserPoolId":"\#(pool)","ClientId":"\#(client)"\#(more)}"#
    }

    private func add(_ value: String? = nil) throws -> RawHTTP.Answer {
        try caller.call(
            "AddUserPoolClientSecret", body(value.map { #","ClientSecret":"\#($0)""# } ?? ""))
    }

    private func listed() throws -> [JSON] {
        try caller.call("ListUserPoolClientSecrets", body()).json["ClientSecrets"].array
    }

    private func delete(_ id: String) throws -> RawHTTP.Answer {
        try caller.call("DeleteUserPoolClientSecret", body(#","ClientSecretId":"\#(id)""#))
    }

    private func token(_ secret: String) throws -> RawHTTP.Answer {
        try server.token("/cognito/oauth2/token", "billing", secret)
    }

    @Test func `a value of the caller's is taken beside the old one, and never shown`() throws {
        let value = String(repeating: "Aa0_+z", count: 8)
        let made = try add(value)
        #expect(made.status == 200)
        #expect(made.headers["content-type"] == "application/x-amz-json-1.1")
        let descriptor = made.json["ClientSecretDescriptor"]
        #expect(descriptor["ClientSecretValue"] == .null)
        let id = try #require(descriptor["ClientSecretId"].string)
        #expect(id.hasPrefix("billing--"))
        let date = try #require(descriptor["ClientSecretCreateDate"].number)
        #expect(abs(date - Date().timeIntervalSince1970) < 60)
        for secret in [value, first] { #expect(try token(secret).status == 200) }
        let listed = try listed()
        #expect(listed.count == 2 && listed[1]["ClientSecretId"].string == id)
        #expect(listed.allSatisfy { $0["ClientSecretValue"] == .null })
    }

    @Test func `a value that Cognito makes is shown once`() throws {
        let value = try add().json["ClientSecretDescriptor"]["ClientSecretValue"].string ?? ""
        #expect(try token(value).status == 200)
        #expect(try listed().allSatisfy { $0["ClientSecretValue"] == .null })
    }

    @Test func `a third secret is refused, and so is the deletion of the last`() throws {
        let id = try add().json["ClientSecretDescriptor"]["ClientSecretId"].string ?? ""
        let third = try add()
        #expect(third.status == 400 && third.json["__type"] == "LimitExceededException")
        #expect(try delete(id).json == .object([:]))
        #expect(try delete(id).json["__type"] == "ResourceNotFoundException")
        let last = try delete(try listed()[0]["ClientSecretId"].string ?? "")
        #expect(last.status == 400 && last.json["__type"] == "InvalidParameterException")
        #expect(try token(first).status == 200)
    }

    @Test(arguments: [
        "with-a-hyphen-0123456789abcdef", String(repeating: "a", count: 23),
        String(repeating: "a", count: 65), "\u{FC}bung_0123456789abcdef0123",
    ])
    func `a value out of the pattern is refused`(value: String) throws {
        #expect(try add(value).json["__type"] == "InvalidParameterException")
        #expect(try listed().count == 1)
    }

    @Test func `a pool, a client and an operation that there aren't`() throws {
        for (json, type) in [
            (body(client: "nobody"), "ResourceNotFoundException"),
            (
                #"{"UserPoolId":"eu-west-1_Other","ClientId":"billing"}"#,
                "ResourceNotFoundException"
            ),
            (#"{"UserPoolId":"eu-west-1_Other"}"#, "InvalidParameterException"),
            (body(client: "with-hyphen"), "InvalidParameterException"),
            ("[]", "SerializationException"),
        ] {
            let refused = try caller.call("ListUserPoolClientSecrets", json)
            #expect(refused.status == 400 && refused.json["__type"].string == type, "\(json)")
        }
        let unknown = try caller.call("DescribeUserPool", body())
        #expect(unknown.json["__type"] == "UnknownOperationException")
    }

    @Test func `a dead secret gets little said about it`() throws {
        let refused = try token("nonsense")
        #expect(refused.status == 400)
        #expect(refused.json == .object(["error": "invalid_client"]))
    }

    @Test func `a signature of other keys, times and regions is refused`() throws {
        var stranger = caller
        stranger.keyID = "AKIDEXAMPLE"
        var guessing = caller
        guessing.key = "guessed"
        var late = caller
        late.skew = -301
        var early = caller
        early.skew = 310
        var abroad = caller
        abroad.region = "us-east-1"
        for (caller, type) in [
            (stranger, "UnrecognizedClientException"), (guessing, "InvalidSignatureException"),
            (late, "InvalidSignatureException"), (early, "InvalidSignatureException"),
            (abroad, "InvalidSignatureException"),
        ] {
            let refused = try caller.call("ListUserPoolClientSecrets", body())
            #expect(refused.status == 400 && refused.json["__type"].string == type)
        }
        late.skew = -290
        #expect(try late.call("ListUserPoolClientSecrets", body()).status == 200)
    }

    @Test func `what was changed on its way is refused`() throws {
        let changes: [(String, (inout [String: String]) -> Void)] = [
            ("InvalidSignatureException", { $0["x-amz-target"]?.replace("List", with: "Delete") }),
            ("InvalidSignatureException", { $0["x-amz-more"] = "unsigned" }),
            ("InvalidSignatureException", { $0["authorization"]?.removeLast() }),
            ("IncompleteSignatureException", { $0["authorization"] = "Bearer token" }),
            ("UnrecognizedClientException", { $0["x-amz-security-token"] = "token" }),
            ("MissingAuthenticationTokenException", { $0["authorization"] = nil }),
        ]
        for (type, change) in changes {
            let refused = try caller.call("ListUserPoolClientSecrets", body(), change: change)
            #expect(refused.status == 400 && refused.json["__type"].string == type, "\(type)")
        }
    }

    @Test func `a key that may only list does only that`() throws {
        var reader = caller
        reader.keyID = "practice-reader"
        #expect(try reader.call("ListUserPoolClientSecrets", body()).status == 200)
        for operation in ["AddUserPoolClientSecret", "DeleteUserPoolClientSecret"] {
            let denied = try reader.call(operation, body())
            #expect(denied.status == 400 && denied.json["__type"] == "AccessDeniedException")
        }
    }

    @Test func `a fault meets the operation that it names`() throws {
        try server.control(
            "POST", "faults",
            #"{"kind":"rate_limit","times":1,"match":{"path":".*AddUserPoolClientSecret"}}"#)
        #expect(try listed().count == 1)
        let limited = try add()
        #expect(limited.status == 400 && limited.json["__type"] == "TooManyRequestsException")
        #expect(limited.headers["retry-after"] == nil)
        #expect(try add().status == 200)
    }
}
