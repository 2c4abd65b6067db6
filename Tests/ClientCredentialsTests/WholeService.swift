import ClientCredentials
import HTTPTransport
import Hummingbird

/// The service on the library's front page, compiled.
func wholeService() async throws {
    let http = CurlClient()
    let tokens = TokenProvider(
        TokenEndpoint(url: "https://login.example.com/oauth2/token", scope: "invoices.read"),
        credential: CredentialFile(secret: "/run/secrets/billing", clientID: "billing"),
        through: http, settings: .init(adoption: .file("/run/billing/adoption")))
    let router = Router()
    router.get("/invoices") { _, _ in
        try await tokens.withToken { token in
            let answer = try await http.send(
                HTTPTransport.HTTPRequest(
                    url: "https://api.example.com/invoices",
                    headers: ["Authorization": "Bearer \(token.value)"], attempts: .repeatable))
            if answer.status == 401 { throw TokenProvider.Unauthorized() }
            guard answer.status == 200 else { throw HTTPError(.badGateway) }
            return String(decoding: answer.body, as: UTF8.self)
        }
    }
    try await Application(router: router).runService()
}
