import HTTPTransport
import RotationCore

/// Access tokens of this machine's service account, from Google's metadata server; shared by all
/// clients of a process.
///
/// Source: "Authenticate workloads to Google Cloud APIs using service accounts" of Compute Engine.
actor GoogleMetadataTokens {
    private let http: any HTTPClient
    private let host: String?
    private let now: @Sendable () -> Instant
    private var held: (token: ClientSecret, end: Instant)?

    /// Asks at `host`, a loopback address with a port, in the server's place.
    init(http: any HTTPClient, host: String?, now: @escaping @Sendable () -> Instant) {
        (self.http, self.host, self.now) = (http, host, now)
    }

    /// A token that is good for a minute more at least; `adapter` is who needs it.
    func token(for adapter: String) async throws(AdapterError) -> ClientSecret {
        if let held, now() + .minutes(1) < held.end { return held.token }
        let made = try await ask(for: adapter)
        held = made
        return made.token
    }

    /// Forgets the token.
    func forget() { held = nil }

    private func ask(for adapter: String) async throws(AdapterError)
        -> (token: ClientSecret, end: Instant)
    {
        struct Answer: Decodable {
            let token: String
            let life: Int64

            enum CodingKeys: String, CodingKey {
                case token = "access_token"
                case life = "expires_in"
            }
        }
        let asked = now()
        let response: HTTPResponse
        do throws(HTTPFailure) {
            response = try await http.send(.googleMetadataToken(at: host))
        } catch {
            throw Self.failure(adapter, .unavailable(retryAfter: nil), "unavailable", error.message)
        }
        guard response.headers["Metadata-Flavor"] == "Google" else {
            throw Self.failure(
                adapter, .refused, "unusable", "what answers is not Google's metadata server")
        }
        switch response.status {
        case 200: break
        case 404:
            throw Self.failure(
                adapter, .unauthorized, "refused", "this machine has no service account")
        case 429, 500...:
            throw Self.failure(
                adapter, .unavailable(retryAfter: CallOutcome.retryAfter(response.headers)),
                "unavailable", "HTTP \(response.status)")
        default:
            throw Self.failure(adapter, .unauthorized, "refused", "HTTP \(response.status)")
        }
        guard let answer = try? response.json(Answer.self), !answer.token.isEmpty,
            (1...86_400).contains(answer.life)
        else {
            throw Self.failure(
                adapter, .unavailable(retryAfter: nil), "unavailable", "the answer can't be read")
        }
        return (ClientSecret(answer.token), asked + .seconds(answer.life))
    }

    /// Whatever became of the login, the call that needed it was not made.
    private static func failure(
        _ adapter: String, _ kind: AdapterError.Kind, _ code: String, _ words: String
    ) -> AdapterError {
        AdapterError(
            kind, code: "\(adapter)-login-\(code)",
            message: "\(adapter): the metadata server: \(safeText(words))")
    }
}
