import Foundation
import HTTPTypes
import Hummingbird

/// The Security Token Service's AssumeRoleWithWebIdentity: temporary keys for a token.
///
/// The one identity provider that is trusted is the user pool itself.
struct CognitoRole: Sendable {
    /// The one role that is practised.
    static let arn = "arn:aws:iam::123456789012:role/practice"

    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        router.post("\(CognitoVendor.mount)/sts/") { request, _ in await answer(request) }
    }

    private func answer(_ request: Request) async -> Response {
        guard let body = try? await request.bytes(), let form = try? FormParameters(parsing: body),
            form["Version"] == "2011-06-15", form["Action"] == "AssumeRoleWithWebIdentity"
        else { return Self.refuse("InvalidAction", "The action is not valid for this endpoint.") }
        guard let role = form["RoleArn"], let token = form["WebIdentityToken"],
            let name = form["RoleSessionName"], name.wholeMatch(of: /[\w+=,.@-]{2,64}/) != nil
        else { return Self.refuse("ValidationError", "1 validation error detected.") }
        let now = Milliseconds.systemNow()
        let server = CognitoVendor.server(base: practice.baseURL)
        guard await issuer.verify(token, issuedBy: server.issuer, at: now) != nil else {
            return Self.refuse("InvalidIdentityToken", "Couldn't verify the signature.")
        }
        guard role == Self.arn else {
            return Self.refuse(
                "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity",
                status: .forbidden)
        }
        let id = "ASIA" + RandomText.alphanumeric(16).uppercased()
        let key = AWSKey(
            secret: RandomText.alphanumeric(40),
            sessionToken: RandomText.alphanumeric(120) + "+/==",
            end: now + 3_600_000)
        practice.withState { $0.awsSessions[id] = key }
        return Self.xml(
            """
            <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <AssumeRoleWithWebIdentityResult>
                <Credentials>
                  <AccessKeyId>\(id)</AccessKeyId>
                  <SecretAccessKey>\(key.secret)</SecretAccessKey>
                  <SessionToken>\(key.sessionToken ?? "")</SessionToken>
                  <Expiration>\(Self.time(key.end))</Expiration>
                </Credentials>
              </AssumeRoleWithWebIdentityResult>
            </AssumeRoleWithWebIdentityResponse>

            """, status: .ok)
    }

    private static func time(_ moment: Milliseconds) -> String {
        Date(timeIntervalSince1970: Double(moment.seconds)).formatted(.iso8601)
    }

    private static func refuse(
        _ code: String, _ message: String, status: HTTPResponse.Status = .badRequest
    ) -> Response {
        xml(
            """
            <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
              <Error>
                <Type>Sender</Type>
                <Code>\(code)</Code>
                <Message>\(message)</Message>
              </Error>
            </ErrorResponse>

            """, status: status)
    }

    private static func xml(_ text: String, status: HTTPResponse.Status) -> Response {
        Reply.text(text, type: "text/xml", status: status)
    }
}
