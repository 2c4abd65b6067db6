import HTTPTransport
import RotationCore
import Synchronization
import Testing

@testable import Adapters

/// What each of Amazon's errors proves of each call, and settings that don't fit together.
@Suite struct CognitoAnswerTests {
    private static let settings: [String: SettingValue] = [
        "user_pool": "eu-west-1_AbCdEfGhI", "domain": "https://login.example",
        "admin": .group(["access_key_id": "env:ID", "secret_access_key": "env:KEY"]),
    ]

    private func server(
        _ more: [String: SettingValue?] = [:],
        _ answer: @escaping @Sendable (String) -> HTTPResponse = { _ in HTTPResponse(status: 200) }
    ) async throws -> (any AuthorizationServer, Recorder) {
        let recorder = Recorder { request throws(HTTPFailure) in
            answer(request.headers["X-Amz-Target"] ?? request.url)
        }
        let registry = AdapterRegistry(
            http: recorder, environment: ["ID": "AKIDEXAMPLE", "KEY": "key-of-a-test"]
        ) { Instant(milliseconds: 1_795_000_000_000) }
        var values = Self.settings
        for (name, value) in more { values[name] = value }
        let server = try await registry.server(
            of: Plan(
                client: ClientName(rawValue: "c"), clientID: ClientID(rawValue: "billing"),
                server: .of("cognito", values), stores: []))
        return (server, recorder)
    }

    private static func list(_ count: Int) -> HTTPResponse {
        let entries = (0..<count).map {
            #"{"ClientSecretId":"billing--\#($0)","ClientSecretCreateDate":1.795416398123E9}"#
        }.joined(separator: ",")
        return HTTPResponse(status: 200, body: Array(#"{"ClientSecrets":[\#(entries)]}"#.utf8))
    }

    private static func failure(_ type: String, _ status: Int = 400) -> HTTPResponse {
        HTTPResponse(status: status, body: Array(#"{"__type":"\#(type)","message":"no"}"#.utf8))
    }

    private static let secret = ClientSecret(String(repeating: "s", count: 48))

    @Test func `a request says the operation, is signed, and goes to the pool's region`()
        async throws
    {
        let (server, recorder) = try await server { _ in Self.list(1) }
        let identity = try await server.identity()
        #expect(identity.rawValue == "cognito:eu-west-1/eu-west-1_AbCdEfGhI#billing")
        let request = try #require(recorder.exchanges.first?.request)
        #expect(request.url == "https://cognito-idp.eu-west-1.amazonaws.com/")
        #expect(request.headers["Content-Type"] == "application/x-amz-json-1.1")
        let signature = request.headers["Authorization"] ?? ""
        #expect(signature.contains("/eu-west-1/cognito-idp/aws4_request"))
        #expect(signature.contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target,"))
        #expect(!"\(request)".contains("key-of-a-test"))
    }

    @Test(arguments: [
        ("TooManyRequestsException", AdapterError.Kind.unavailable(retryAfter: nil)),
        ("ThrottlingException", .unavailable(retryAfter: nil)),
        ("AccessDeniedException", .unauthorized), ("UnrecognizedClientException", .unauthorized),
        ("InvalidSignatureException", .unauthorized), ("ExpiredTokenException", .unauthorized),
        ("com.amazonaws.cognito#ResourceNotFoundException", .missing),
        ("InternalServerException", .unknown), ("InternalErrorException", .unknown),
        ("ConcurrentModificationException", .unknown), ("InvalidParameterException", .refused),
        ("LimitExceededException", .refused), ("SomethingNewException", .refused),
    ])
    func `an error says what it is by its type, not by its status`(
        type: String, kind: AdapterError.Kind
    ) async throws {
        for status in [400, 403, 429, 500, 503] {
            let (server, recorder) = try await server { target in
                target.hasSuffix(".AddUserPoolClientSecret")
                    ? Self.failure(type, status) : Self.list(1)
            }
            let error = await adapterError {
                _ = try await server.create(Self.secret, label: "l")
            }
            if status >= 500 {
                #expect(error?.kind == .unknown, "\(status)")
            } else if type != "SomethingNewException" || status == 400 {
                #expect(error?.kind == kind, "\(status)")
            }
            let sent = recorder.exchanges.count {
                $0.request.headers["X-Amz-Target"]?.hasSuffix(".AddUserPoolClientSecret") == true
            }
            #expect(sent == 1, "a creation is sent once")
        }
    }

    @Test(arguments: ["LimitExceededException", "InvalidParameterException"])
    func `whichever error a third secret gets, the list says that it is one`(type: String)
        async throws
    {
        let (server, _) = try await server { target in
            target.hasSuffix(".AddUserPoolClientSecret") ? Self.failure(type) : Self.list(2)
        }
        let error = await adapterError { _ = try await server.create(Self.secret, label: "l") }
        #expect(error?.kind == .limitReached && error?.code == "cognito-limit-reached")
    }

    @Test(arguments: [
        (200, "<html>"), (200, "{}"), (200, #"{"ClientSecretDescriptor":{}}"#), (302, ""),
        (
            200,
            #"{"ClientSecretDescriptor":{"ClientSecretId":"i","ClientSecretValue":"another"}}"#
        ),
        (502, "<html>"),
    ])
    func `a creation that got no answer of its own is in doubt`(
        answer: (status: Int, body: String)
    ) async throws {
        let (server, _) = try await server { _ in
            HTTPResponse(status: answer.status, body: Array(answer.body.utf8))
        }
        let error = await adapterError { _ = try await server.create(Self.secret, label: "l") }
        #expect(error?.kind == .unknown)
    }

    @Test func `dates have fractions, and what is no date is none`() async throws {
        let (server, _) = try await server { _ in
            let odd = #"{"ClientSecretId":"b","ClientSecretCreateDate":1e300}"#
            let list = #"{"ClientSecretId":"a","ClientSecretCreateDate":1.795416398123E9}"#
            return HTTPResponse(
                status: 200, body: Array(#"{"ClientSecrets":[\#(list),\#(odd)]}"#.utf8))
        }
        let listed = try await server.credentials(knowing: KnownSecrets())
        #expect(listed.map { $0.createdAt?.milliseconds } == [1_795_416_398_123, nil])
    }

    @Test func `a list that doesn't end is not read for ever`() async throws {
        let (server, recorder) = try await server { _ in
            HTTPResponse(status: 200, body: Array(#"{"ClientSecrets":[],"NextToken":"n"}"#.utf8))
        }
        let error = await adapterError { _ = try await server.credentials(knowing: KnownSecrets()) }
        #expect(error?.code == "cognito-unreadable-answer" && recorder.exchanges.count == 2)
    }

    @Test func `a deletion of what is gone is a success, whatever it is called`() async throws {
        let gone = CredentialID(rawValue: "billing--7")
        for type in ["ResourceNotFoundException", "InvalidParameterException"] {
            let (server, _) = try await server { target in
                switch target {
                case let target where target.hasSuffix(".DeleteUserPoolClientSecret"):
                    Self.failure(type)
                case let target where target.hasSuffix(".ListUserPoolClientSecrets"): Self.list(1)
                default: Self.token
                }
            }
            try await server.delete(gone, keeping: Self.secret)
            let listed = CredentialID(rawValue: "billing--0")
            let error = await adapterError { try await server.delete(listed, keeping: Self.secret) }
            #expect(error?.code == "cognito-survivor-not-listed")
        }
    }

    private static let token = HTTPResponse(
        status: 200, headers: ["Content-Type": "application/json"],
        body: Array(#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#.utf8))

    @Test(
        arguments: [
            (["user_pool": "text"], "user_pool"), (["user_pool": "eu-west-1_a/b"], "user_pool"),
            (["user_pool": "evil.example/_a"], "user_pool"), (["region": "us-east-1"], "region"),
            (["domain": "http://login.example"], "domain"),
            (["admin": .group([:])], "access_key_id"),
            (["admin": .group(["access_key_id": "env:ID"])], "secret_access_key"),
            (["admin": .group(["access_key_id": "env:ID", "role_arn": "arn"])], "access_key_id"),
            (["admin": .group(["role_arn": "arn"])], "web_identity_token"),
            (["admin": .group(["profile_file": "relative"])], "profile_file"),
        ] as [([String: SettingValue], String)])
    func `settings that don't fit are refused by their names`(
        settings: [String: SettingValue], name: String
    ) async {
        let error = await adapterError { _ = try await server(settings.mapValues { $0 }) }
        #expect(error?.code == "cognito-setting-invalid")
        #expect(error?.message.contains(name) == true, "\(error?.message ?? "")")
    }
}
