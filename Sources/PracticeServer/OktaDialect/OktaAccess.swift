import HTTPTypes
import Hummingbird

/// Who may call Okta's management API, how often, and in which words it refuses.
struct OktaAccess: Sendable {
    let practice: Practice
    let issuer: TokenIssuer
    /// Where the org is, below the server's address.
    let mount: String

    /// Counts the request, asks who is there, and words every error Okta's way.
    func answer(_ request: Request, _ scope: String, _ handler: () async throws -> Response)
        async throws -> Response
    {
        let rate = practice.withState { state in
            state.oktaRate.count(limit: state.settings.oktaRateLimit, at: .systemNow())
        }
        var response: Response
        do {
            try await authorize(request, scope: scope)
            if rate.isOver { throw OktaError.rateLimited }
            response = try await handler()
        } catch let error as OktaError {
            response = error.response
        } catch is RequestBodyError {
            response = OktaError.notJSON.response
        }
        response.headers.setOktaRate(rate)
        return response
    }

    /// `SSWS` with the org's API token, or `Bearer` with a token of the org server for the scope.
    private func authorize(_ request: Request, scope: String) async throws {
        guard let header = request.headers[.authorization] else { throw OktaError.invalidToken }
        let words = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { throw OktaError.invalidToken }
        switch words[0] {
        case "SSWS":
            guard SecretDigest(of: words[1]) == SecretDigest(of: practice.credentials.oktaAPIToken)
            else { throw OktaError.invalidToken }
        case "Bearer":
            let now = practice.withState { $0.now }
            let org = practice.baseURL + mount
            guard let token = await issuer.verify(words[1], issuedBy: org, at: now) else {
                throw OktaError.invalidToken
            }
            guard token.scope.split(separator: " ").contains(Substring(scope)) else {
                throw OktaError.accessDenied
            }
        default: throw OktaError.invalidToken
        }
    }
}
