import ClientCredentials
import HTTPTransport
import RotationCore

/// Asks a token endpoint whether it takes a client secret, the way the consumers do.
struct TokenProbe: Sendable {
    /// How the consumers present the secret (RFC 6749 §2.3.1).
    enum Method: String, Sendable, CaseIterable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"

        /// A client's secret, presented so.
        func authentication(id: String, _ secret: ClientSecret) -> ClientAuthentication {
            secret.withPlaintext { text in
                switch self {
                case .basic: .basic(id: id, secret: text)
                case .post: .post(id: id, secret: text)
                }
            }
        }
    }

    let adapter: String
    let endpoint: TokenEndpoint
    let clientID: String
    let method: Method
    var http: any HTTPClient
    /// What this server says to a dead secret: status and `error`.
    ///
    /// Everything else is no answer.
    let isRefusal: @Sendable (Int, String) -> Bool
    /// What it says to a good secret, where the client has no grant to get a token with.
    var isAcceptance: @Sendable (Int, String) -> Bool = { _, _ in false }
    /// What it says to a dead secret where `error` alone doesn't tell: the description, too.
    var isRefusalInWords: @Sendable (Int, String, String) -> Bool = { _, _, _ in false }

    /// One request; a refusal of the secret is an answer.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        let authentication = method.authentication(id: clientID, secret)
        do throws(TokenError) {
            let token = try await endpoint.requestToken(
                as: authentication, through: http, connection: connection == .fresh ? .fresh : .kept
            )
            return .accepted(tokenLifetime: token.lifetime.map(Span.init))
        } catch {
            return try result(of: error)
        }
    }

    private func result(of error: TokenError) throws(AdapterError) -> AuthenticationResult {
        let words = "the token endpoint: \(safeText(error.description))"
        switch error {
        case .refused(let status, let code, _) where isRefusal(status, code):
            return .refused(code: code)
        case .refused(let status, let code, let said?) where isRefusalInWords(status, code, said):
            return .refused(code: code)
        case .refused(let status, let code, _) where isAcceptance(status, code):
            return .accepted
        case .refused:
            // The request is wrong, not the secret: a scope or a grant that the client hasn't got.
            throw failure(.refused, "token-request-refused", words)
        case .unavailable(_, let wait):
            throw failure(.unavailable(retryAfter: wait.map(Span.init)), "token-unavailable", words)
        case .noAnswer:
            throw failure(.unavailable(retryAfter: nil), "token-no-answer", words)
        case .malformed: throw failure(.unknown, "token-malformed", words)
        case .unusable: throw failure(.refused, "token-request-unusable", words)
        }
    }

    private func failure(_ kind: AdapterError.Kind, _ code: String, _ words: String)
        -> AdapterError
    {
        AdapterError(kind, code: "\(adapter)-\(code)", message: "\(adapter): \(words)")
    }
}

extension TokenProbe {
    /// A probe of the token endpoint at `url` for the client of `plan`, by the settings that most
    /// adapters take: scope, method and whom to trust.
    init(
        _ settings: Settings, _ plan: Plan, _ parts: ServerParts, at url: String,
        scope: String? = nil, audience: String? = nil, resources: [String] = [],
        method standard: Method = .basic,
        isRefusal: @escaping @Sendable (Int, String) -> Bool = {
            $0 == 401 && $1 == "invalid_client"
        }
    ) throws(AdapterError) {
        self.init(
            adapter: settings.adapter,
            endpoint: TokenEndpoint(
                url: url, scope: try settings.text("scope") ?? scope, audience: audience,
                resources: resources, caFile: try settings.caFile()),
            clientID: plan.clientID.rawValue,
            method: try settings.choice("token_endpoint_auth_method", default: standard),
            http: parts.http, isRefusal: isRefusal)
    }
}
