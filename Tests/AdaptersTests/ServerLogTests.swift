import Foundation
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// What one line of each server's log is taken for.
@Suite struct ServerLogTests {
    private func decode<Line: Decodable>(_ type: Line.Type, _ json: String) throws -> Line {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    private static let refusal = AuthenticationResult.refused(code: "invalid_client")

    private func okta(_ type: String, _ result: String, _ reason: String? = nil) throws
        -> Presentation?
    {
        let reason = reason.map { #""\#($0)""# } ?? "null"
        return try decode(
            OktaLogEvent.self,
            """
            {"eventType":"\(type)","published":"2026-11-23T06:00:01.250Z",
            "outcome":{"result":"\(result)","reason":\(reason)},"actor":{"displayName":"billing"},
            "client":{"ipAddress":"10.0.0.7","userAgent":{"rawUserAgent":"curl/8.5.0"}}}
            """
        ).presentation
    }

    @Test func `an event of Okta's log is a token, a wrong secret, or neither`() throws {
        let token = try #require(try okta("app.oauth2.as.token.grant.access_token", "SUCCESS"))
        #expect(token.outcome == .accepted && token.address == "10.0.0.7")
        #expect(token.userAgent == "curl/8.5.0" && token.application == "billing")
        #expect(token.at == Instant(rfc3339: "2026-11-23T06:00:01.250Z"))
        let repeated = try okta("app.oauth2.invalid_client_credentials", "FAILURE", "whatever")
        #expect(repeated?.outcome == Self.refusal)
        let single = try okta("app.oauth2.as.token.grant", "FAILURE", "invalid_client")
        #expect(single?.outcome == Self.refusal)
        #expect(try okta("app.oauth2.as.token.grant", "FAILURE", "no_matching_policy") == nil)
        #expect(try okta("app.oauth2.as.token.grant", "FAILURE") == nil)
    }

    @Test func `only the cursor is taken out of Okta's link`() {
        var headers: HTTPHeaders = [:]
        headers.append(name: "Link", value: #"<https://evil.example/logs>; rel="self""#)
        headers.append(
            name: "link", value: #"<https://evil.example/logs?limit=5&after=a%2Fb>; rel="next""#)
        #expect(OktaLog.next(in: headers) == "a/b")
        #expect(OktaLog.next(in: ["Link": #"<https://x.example/logs>; rel="self""#]) == nil)
        #expect(OktaLog.next(in: ["Link": #"rel="next""#]) == nil)
    }

    private func auth0(_ type: String, _ description: String, _ agent: String) throws
        -> Presentation?
    {
        try decode(
            Auth0LogLine.self,
            """
            {"date":"2026-11-23T06:00:01.250Z","type":"\(type)","description":"\(description)",
            "ip":"10.0.0.7","user_agent":"\(agent)","client_name":"billing"}
            """
        ).presentation
    }

    @Test func `a line of Auth0's log names an agent only where Auth0 knew it`() throws {
        let other = "Other 0.0.0 / Other 0.0.0"
        let granted = try #require(try auth0("seccft", "", other))
        #expect(granted.outcome == .accepted && granted.userAgent == nil)
        let refused = try #require(try auth0("feccft", "Unauthorized", "curl 8.5.0 / Other 0.0.0"))
        #expect(refused.outcome == .refused(code: "access_denied"))
        #expect(refused.userAgent == "curl 8.5.0 / Other 0.0.0")
        let ours = try auth0("feccft", "Unauthorized", "Holdover 0.0.0 / Other 0.0.0")
        #expect(ours?.userAgent == OwnProbes.userAgent)
        for words in ["Client has not been granted scopes: a", "Service not found: b"] {
            #expect(try auth0("feccft", words, other) == nil)
        }
    }

    private func entra(_ code: Int, _ key: String) throws -> Presentation? {
        try decode(
            EntraSignIn.self,
            """
            {"createdDateTime":"2026-11-23T06:00:01Z","ipAddress":"10.0.0.7","userAgent":"",
            "appDisplayName":"billing","servicePrincipalCredentialKeyId":\(key),
            "status":{"errorCode":\(code)}}
            """
        ).presentation
    }

    @Test func `a sign-in of Entra has the secret's id, and a number where it was refused`() throws
    {
        let granted = try #require(try entra(0, #""f0b0b335""#))
        #expect(granted.outcome == .accepted && granted.credential?.rawValue == "f0b0b335")
        #expect(granted.userAgent == nil)
        #expect(try entra(7_000_215, "null")?.outcome == .refused(code: "AADSTS7000215"))
        #expect(try entra(7_000_222, "null")?.outcome == .refused(code: "AADSTS7000222"))
        #expect(try entra(70_011, "null") == nil)
    }

    private func logto(_ payload: String) throws -> Presentation? {
        try decode(
            LogtoLogLine.self, #"{"id":"l","createdAt":1795413601250,"payload":{\#(payload)}}"#
        ).presentation
    }

    @Test func `a line of Logto's log names the secret by its name`() throws {
        let granted = try #require(
            try logto(
                """
                "result":"Success","ip":"10.0.0.7","userAgent":"curl/8.5.0",
                "applicationSecret":{"name":"holdover.r.1"},"params":{"client_secret":"x"}
                """))
        #expect(granted.outcome == .accepted && granted.credential?.rawValue == "holdover.r.1")
        #expect(granted.at == Instant(milliseconds: 1_795_413_601_250))
        for words in ["invalid_client: client authentication failed", "client secret has expired"] {
            let refused = try logto(#""result":"Error","error":"\#(words)""#)
            #expect(refused?.outcome == Self.refusal)
        }
        #expect(try logto(#""result":"Error","error":"invalid_scope: no""#) == nil)
    }

    private func keycloak(_ type: String, _ error: String, _ details: String) throws
        -> Presentation?
    {
        try decode(
            KeycloakEvent.self,
            """
            {"time":1795413601250,"type":"\(type)","ipAddress":"10.0.0.7","error":\(error),
            "details":{\(details)}}
            """
        ).presentation
    }

    @Test func `an event of Keycloak has the rotated slot where it says so, and no agent`() throws {
        let plain = try #require(try keycloak("CLIENT_LOGIN", "null", ""))
        #expect(plain.outcome == .accepted && plain.credential == nil && plain.userAgent == nil)
        let rotated = try keycloak(
            "CLIENT_LOGIN", "null", #""client_auth_detail":"rotated_secret""#)
        #expect(rotated?.credential == Keycloak.Slot.rotated && rotated?.address == "10.0.0.7")
        let refused = try keycloak("CLIENT_LOGIN_ERROR", #""invalid_client_credentials""#, "")
        #expect(refused?.outcome == .refused(code: "unauthorized_client"))
        #expect(try keycloak("CLIENT_LOGIN_ERROR", #""not_allowed""#, "") == nil)
    }
}
