import ClientCredentials
import HTTPTransport
import RotationCore

/// How an admin API is told who calls.
struct AdminLogin: Sendable {
    /// By what the caller proves itself.
    enum Proof: Sendable {
        /// A token that was made once, behind its scheme: `SSWS`.
        case fixed(scheme: String, ClientSecret)
        /// The admin API asks nobody who they are.
        case nobody
        /// Access tokens from a token endpoint.
        case tokens(TokenClient, TokenEndpoint, ClientAuthentication)
        /// A signature over each request.
        case signature(AWSSigner, AWSKeySource)
        /// A token that was made once, in a field of its own.
        case field(String, ClientSecret)
        /// Tokens of the machine's own service account at Google.
        case metadata(GoogleMetadataTokens)
        /// Tokens of OpenStack's Keystone.
        case keystone(KeystoneTokens, KeystoneLogin)
    }

    let adapter: String
    let proof: Proof
    /// What `check` should say about the places that the login's secrets are in.
    let findings: [Finding]

    /// `request` with what proves who sends it; nothing of it may be changed afterwards.
    func prove(_ request: HTTPRequest) async throws(AdapterError) -> HTTPRequest {
        var proven = request
        switch proof {
        case .nobody: break
        case .fixed(let scheme, let token):
            proven.headers["Authorization"] = "\(scheme) \(token.withPlaintext { $0 })"
        case .tokens:
            proven.headers["Authorization"] = "Bearer \(try await accessToken().value)"
        case .signature(let signer, let source):
            proven = signer.sign(request, with: try await source.keys())
        case .field(let name, let token): proven.headers[name] = token.withPlaintext { $0 }
        case .metadata(let tokens):
            let token = try await tokens.token(for: adapter)
            proven.headers["Authorization"] = "Bearer \(token.withPlaintext { $0 })"
        case .keystone(let tokens, let login):
            let token = try await tokens.token(of: login).value
            proven.headers["X-Auth-Token"] = token.withPlaintext { $0 }
        }
        return proven
    }

    /// The scopes of the access token; nil where the server doesn't say, or there is none.
    func scopes() async throws(AdapterError) -> Set<Substring>? {
        guard case .tokens = proof else { return nil }
        return try await accessToken().scope.map { Set($0.split(separator: " ")) }
    }

    /// Forgets the access token; false where there is none to forget.
    func forget() async -> Bool {
        switch proof {
        case .keystone(let tokens, let login):
            await tokens.forget(login)
            return true
        case .metadata(let tokens):
            await tokens.forget()
            return true
        default: break
        }
        guard case .tokens(let client, let endpoint, let authentication) = proof else {
            return false
        }
        client.invalidate(endpoint, clientID: authentication.clientID)
        return true
    }

    private func accessToken() async throws(AdapterError) -> AccessToken {
        guard case .tokens(let client, let endpoint, let authentication) = proof else {
            throw failure(.refused, "login-refused", "there is no access token")
        }
        do throws(TokenError) {
            return try await client.token(from: endpoint, as: authentication)
        } catch {
            throw failure(of: error)
        }
    }

    /// Whatever became of the login, the call that needed it was not made.
    private func failure(of error: TokenError) -> AdapterError {
        let words = "the admin login: \(safeText(error.description))"
        switch error {
        case .refused: return failure(.unauthorized, "login-refused", words)
        case .unavailable(_, let wait):
            return failure(
                .unavailable(retryAfter: wait.map(Span.init)), "login-unavailable", words)
        case .noAnswer, .malformed:
            return failure(.unavailable(retryAfter: nil), "login-unavailable", words)
        case .unusable: return failure(.refused, "login-unusable", words)
        }
    }

    private func failure(_ kind: AdapterError.Kind, _ code: String, _ words: String)
        -> AdapterError
    {
        AdapterError(kind, code: "\(adapter)-\(code)", message: "\(adapter): \(words)")
    }
}

extension Span {
    /// The same length; finer parts than a millisecond are dropped.
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(milliseconds: seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
