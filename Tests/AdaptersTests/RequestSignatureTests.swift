import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// Signatures that Amazon published, and some that its own library made.
@Suite struct RequestSignatureTests {
    private static func signer(_ region: String, _ service: String, _ second: Int64) -> AWSSigner {
        AWSSigner(region: region, service: service) { Instant(milliseconds: second * 1_000) }
    }

    private static func signature(_ request: HTTPRequest) -> String {
        let field = request.headers["Authorization"] ?? ""
        return String(field.split(separator: "=").last ?? "")
    }

    // The aws-sig-v4-test-suite: 2015-08-30T12:36:00Z.
    private let suite = signer("us-east-1", "service", 1_440_938_160)
    private let suiteKeys = AWSKeys(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: ClientSecret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        sessionToken: nil)

    @Test(arguments: [
        ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ])
    func `requests of Amazon's test suite get its signatures`(method: String, expected: String) {
        let request = HTTPRequest(method: method, url: "https://example.amazonaws.com/")
        let signed = suite.sign(request, with: suiteKeys)
        #expect(Self.signature(signed) == expected)
        let start =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
            + "SignedHeaders=host;x-amz-date, Signature="
        #expect(signed.headers["Authorization"] == start + expected)
        #expect(signed.headers["X-Amz-Date"] == "20150830T123600Z")
    }

    /// A request, and what botocore signed it with on 2026-11-23T06:30:00Z.
    struct Vector: Sendable, CustomTestStringConvertible {
        let service: String
        let region: String
        var session: String?
        var method = "POST"
        let url: String
        let headers: HTTPHeaders
        let body: String
        let signature: String
        var testDescription: String { url }
    }

    private static let json = "application/x-amz-json-1.1"
    private static let vectors = [
        Vector(
            service: "cognito-idp", region: "eu-central-1",
            url: "https://cognito-idp.eu-central-1.amazonaws.com/",
            headers: [
                "Content-Type": json,
                "X-Amz-Target": "AWSCognitoIdentityProviderService.AddUserPoolClientSecret",
                "Accept": "application/json",
            ],
            body: #"{"UserPoolId":"eu-central-1_FAKE","ClientId":"fakeclient"}"#,
            signature: "5976b5c913b0fff3cc13b14c81fecaf40fb8d359e3d6b6b7a02af1fa1183bb5b"),
        Vector(
            service: "secretsmanager", region: "us-gov-west-1", session: "FwoFAKESESSIONTOKEN/+=",
            url: "https://secretsmanager.us-gov-west-1.amazonaws.com/",
            headers: ["Content-Type": json, "X-Amz-Target": "secretsmanager.PutSecretValue"],
            body: #"{"SecretId":"k","ClientRequestToken":"22222222-2222-4222-8222-222222222222","#
                + "\"SecretString\":\"FAKE-\u{FC}\",\"VersionStages\":[\"AWSPENDING\"]}",
            signature: "824f488a36f4f5237b52162759b9aa200faffd0bed223ebd9e80759c1822724d"),
        Vector(
            service: "secretsmanager", region: "eu-west-1", url: "http://127.0.0.1:18300/",
            headers: ["Content-Type": json, "X-Amz-Target": "secretsmanager.ListSecrets"],
            body: "{}",
            signature: "3a0c95022e08057d98063a5dfd0f9054959071fadc4ed25950b2e45140309f80"),
        Vector(
            service: "execute-api", region: "us-east-1", method: "GET",
            url: "https://example.amazonaws.com/a%20b/%C3%BC?z=1&a=x%20y&a=&b=%2F", headers: [:],
            body: "",
            signature: "0131447d488562b18fc4367dfe75383effafb7301cae87a818e4e265ffa27d59"),
    ]

    @Test(arguments: vectors) func `other requests get what Amazon's library gives`(vector: Vector)
    {
        let signer = Self.signer(vector.region, vector.service, 1_795_415_400)
        let keys = AWSKeys(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: ClientSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            sessionToken: vector.session.map { ClientSecret($0) })
        let request = HTTPRequest(
            method: vector.method, url: vector.url, headers: vector.headers,
            body: Array(vector.body.utf8))
        let signed = signer.sign(request, with: keys)
        #expect(Self.signature(signed) == vector.signature)
        #expect(signed.headers["X-Amz-Security-Token"] == vector.session)
        #expect(signed.body == request.body && signed.url == request.url)
    }

    @Test func `the scheme's own port is no part of the host`() {
        let plain = HTTPRequest(url: "https://example.amazonaws.com/")
        let signature = Self.signature(suite.sign(plain, with: suiteKeys))
        for (url, isSame) in [
            ("https://EXAMPLE.amazonaws.com:443", true), ("https://example.amazonaws.com?", true),
            ("https://example.amazonaws.com:8443/", false),
        ] {
            let signed = suite.sign(HTTPRequest(url: url), with: suiteKeys)
            #expect((Self.signature(signed) == signature) == isSame, "\(url)")
        }
    }
}
