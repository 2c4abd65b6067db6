import ClientCredentials
import RotationCore
import Testing

@testable import Adapters

/// What a probe takes from a token endpoint's answer.
@Suite struct TokenProbeTests {
    @Test(
        arguments: [
            (#","expires_in":3600"#, Span.hours(1)), (#","expires_in":"60""#, .minutes(1)),
            ("", nil),
        ] as [(String, Span?)])
    func `how long a token is good is kept, and the token isn't`(
        member: String, lifetime: Span?
    ) async throws {
        let body = #"{"access_token":"t","token_type":"Bearer"\#(member)}"#
        let probe = TokenProbe(
            adapter: "okta", endpoint: TokenEndpoint(url: "https://a.example/token"),
            clientID: "billing", method: .basic, http: OneAnswer(200, body),
            isRefusal: { _, _ in true })
        let answer = try await probe.authenticate(with: ClientSecret("s"), connection: .fresh)
        guard case .accepted(let told) = answer else {
            Issue.record("refused: \(answer)")
            return
        }
        #expect(told == lifetime)
    }

    @Test func `two answers are the same where they say the same of the secret`() {
        let token = AuthenticationResult.accepted(tokenLifetime: .hours(1))
        #expect(token == .accepted && Set([token, .accepted]).count == 1)
        #expect(
            token != .refused(code: "")
                && AuthenticationResult.refused(code: "a") == .refused(code: "a"))
        #expect(AuthenticationResult.refused(code: "a") != .refused(code: "b"))
    }
}
