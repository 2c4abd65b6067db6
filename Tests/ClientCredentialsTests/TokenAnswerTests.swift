import Foundation
import HTTPTransport
import Testing

@testable import ClientCredentials

@Suite struct TokenAnswerTests {
    private func ask(
        _ answer: Result<HTTPResponse, HTTPFailure>, secret: String = "s3cr+t"
    ) async -> Result<AccessToken, TokenError> {
        do throws(TokenError) {
            return .success(
                try await TokenEndpoint(url: "https://a.test/token").requestToken(
                    as: .basic(id: "app", secret: secret), through: ScriptedHTTP(answer),
                    at: Date(timeIntervalSince1970: 784_111_777)))
        } catch { return .failure(error) }
    }

    @Test(arguments: [
        (#"{"access_token":"t","token_type":"bearer","expires_in":60,"scope":"a b"}"#, 60, "a b"),
        (#"{"token_type":"BEARER","access_token":"t","expires_in":"3599"}"#, 3_599, nil),
        (#"{"access_token":"t","token_type":"Bearer","more":{"a":[1]}}"#, nil, nil),
        (#"{"access_token":"t","token_type":"Bearer","expires_in":null}"#, nil, nil),
    ]) func `a token is read`(body: String, seconds: Int?, scope: String?) async {
        let token = AccessToken(value: "t", lifetime: seconds.map { .seconds($0) }, scope: scope)
        #expect(await ask(.json(200, body)) == .success(token))
    }

    @Test(arguments: [
        (#"{"token_type":"Bearer"}"#, "the answer lacks access_token"),
        (#"{"access_token":"t"}"#, "the answer lacks token_type"),
        (#"{"access_token":7,"token_type":"Bearer"}"#, "access_token isn't String in the answer"),
        (
            #"{"access_token":"","token_type":"Bearer"}"#,
            "access_token is empty or has forbidden characters"
        ),
        (
            #"{"access_token":"a\nb","token_type":"Bearer"}"#,
            "access_token is empty or has forbidden characters"
        ),
        (#"{"access_token":"t","token_type":"DPoP"}"#, "token_type isn't Bearer"),
        (
            #"{"access_token":"t","token_type":"Bearer","expires_in":"soon"}"#,
            "expires_in can't be read in the answer"
        ),
        (
            #"{"access_token":"t","token_type":"Bearer","expires_in":-1}"#,
            "expires_in is below zero"
        ),
        ("", "the answer isn't JSON"),
        ("[]", "the whole isn't Dictionary<String, Any> in the answer"),
    ]) func `an answer that isn't a token says what is wrong`(body: String, reason: String) async {
        #expect(await ask(.json(200, body)) == .failure(.malformed(status: 200, reason: reason)))
    }

    @Test(arguments: [200, 401]) func `a page of HTML is neither a token nor a refusal`(
        status: Int
    ) async {
        let body = #"{"access_token":"t","token_type":"Bearer","error":"invalid_client"}"#
        guard case .failure(.malformed(status, _)) = await ask(.page(status, "text/html", body))
        else {
            Issue.record("HTML was taken for an answer")
            return
        }
    }

    @Test(arguments: [201, 204, 302, 307])
    func `other statuses are no token`(status: Int) async {
        let body = #"{"access_token":"t","token_type":"Bearer"}"#
        guard case .failure(.malformed(status, _)) = await ask(.json(status, body)) else {
            Issue.record("\(status) was taken for a token")
            return
        }
    }

    @Test(arguments: [400, 401, 403]) func `an OAuth error is a refusal`(status: Int) async {
        let body =
            #"{"error":"invalid_client","error_description":"no \"such\"\r\nclient\u001b[1m"}"#
        #expect(
            await ask(.json(status, body))
                == .failure(
                    .refused(
                        status: status, error: "invalid_client",
                        description: "no 'such'  client?[1m")))
        #expect(
            await ask(.json(status, #"{"error":"unauthorized_client"}"#))
                == .failure(
                    .refused(status: status, error: "unauthorized_client", description: nil)))
    }

    @Test(arguments: ["Basic YXBwOnMzY3IlMkJ0", "Basic YXBwOnMzY3IrdA==", "secret s3cr%2bt"])
    func `nor is it as it stood in the request`(echo: String) async {
        let body = #"{"error":"invalid_client","error_description":"what is \#(echo)"}"#
        guard case .failure(.refused(_, _, let said?)) = await ask(.json(401, body)) else {
            Issue.record("no refusal")
            return
        }
        #expect(said.contains("<client secret>") && !said.contains(String(echo.suffix(6))))
    }

    @Test func `a secret that the server repeats isn't passed on`() async {
        let body = #"{"error":"invalid_client","error_description":"bad s3cr+t (s3cr%2Bt)"}"#
        #expect(
            await ask(.json(401, body))
                == .failure(
                    .refused(
                        status: 401, error: "invalid_client",
                        description: "bad <client secret> (<client secret>)")))
        let other = await ask(.json(401, #"{"error":"wrong_s3cr+t"}"#))
        guard case .failure(.malformed(401, let reason)) = other else {
            Issue.record("the secret was passed on")
            return
        }
        #expect(!reason.contains("s3cr"))
    }

    @Test func `an assertion that the server repeats isn't passed on`() async throws {
        let key = try AssertionKey(clientID: "app", text: Keys.ed25519Private)
        let sent = try await SentAssertion(.privateKeyJWT(key)).text
        let body = #"{"error":"invalid_client","error_description":"is \#(sent), not good"}"#
        #expect(
            await ask(.json(401, body))
                == .failure(
                    .refused(
                        status: 401, error: "invalid_client",
                        description: "is <assertion>, not good")))
    }

    @Test(arguments: [
        "", "{}", #"{"error":""}"#, #"{"error":"a\"b"}"#, #"{"error":"\u00e9"}"#, #"{"error":7}"#,
        #"{"message":"Unauthorized"}"#,
    ]) func `a refusal without an OAuth error is malformed`(body: String) async {
        guard case .failure(.malformed(401, _)) = await ask(.json(401, body)) else {
            Issue.record("a bare 401 was taken for the server's word about the secret")
            return
        }
    }

    @Test(arguments: [
        (429, "7", 7), (503, "Sun, 06 Nov 1994 08:50:07 GMT", 30), (500, nil, nil), (502, "x", nil),
        (408, "-1", nil), (503, "99999999999999999999999", 86_400),
        (503, "Sun, 06 Nov 1993 08:49:37 GMT", 0),
    ]) func `a server that can't answer says when to come back`(
        status: Int, wait: String?, seconds: Int?
    ) async {
        var headers: HTTPHeaders = [:]
        headers["Retry-After"] = wait
        #expect(
            await ask(.page(status, "text/plain", "later", headers))
                == .failure(
                    .unavailable(status: status, retryAfter: seconds.map { .seconds($0) })))
    }

    @Test(arguments: ["server_error", "temporarily_unavailable"])
    func `a server's own trouble is no refusal`(code: String) async {
        #expect(
            await ask(.json(400, #"{"error":"\#(code)"}"#))
                == .failure(.unavailable(status: 400, retryAfter: nil)))
    }

    @Test(arguments: [HTTPFailure.Kind.notSent, .interrupted])
    func `a failure of the network keeps its kind`(kind: HTTPFailure.Kind) async {
        let failure = HTTPFailure(kind, "reset")
        #expect(await ask(.failure(failure)) == .failure(.noAnswer(failure)))
    }
}
