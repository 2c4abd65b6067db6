import ClientCredentials
import HTTPTransport

/// The other service, which wants a token.
struct Invoices: Sendable {
    /// It answered with something else than invoices.
    struct Unavailable: Error {}

    let url: String
    let http: any HTTPClient

    /// The invoices, as JSON; throws `Unauthorized` where the token isn't taken any more.
    func list(with token: AccessToken) async throws -> String {
        let answer = try await http.send(
            HTTPRequest(
                url: url, headers: ["Authorization": "Bearer \(token.value)"],
                attempts: .repeatable))
        switch answer.status {
        case 200: return String(decoding: answer.body, as: UTF8.self)
        case 401: throw TokenProvider.Unauthorized()
        default: throw Unavailable()
        }
    }
}
