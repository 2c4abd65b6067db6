import ClientCredentials
import HTTPTransport
import Hummingbird
import Logging

/// A whole service that needs tokens: it answers with what another service, which wants one, says.
@main
struct SampleService {
    static func main() async throws {
        let settings = try ServiceSettings()
        let logger = Logger(label: "sample-service")
        let http = CurlClient(.init(userAgent: "sample-service"))
        let tokens = TokenProvider(
            TokenEndpoint(url: settings.tokenURL),
            credential: CredentialFile(secret: settings.secretFile, clientID: settings.clientID),
            through: http, settings: .init(adoption: .file(settings.adoptionFile), logger: logger))
        let invoices = Invoices(url: settings.resourceURL, http: http)
        let router = Router()
        router.get("/invoices") { _, _ in
            try await tokens.withToken { token in try await invoices.list(with: token) }
        }
        let service = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { settings.tell(port: $0.localAddress?.port ?? 0) }, logger: logger)
        try await service.runService()
    }
}
