import Hummingbird
import Logging

/// The routes, the faults around them and the socket on loopback.
struct PracticeApplication: Sendable {
    let practice: Practice
    let world: PracticeWorld
    let issuer: TokenIssuer

    func router() -> Router<PracticeContext> {
        let router = Router(context: PracticeContext.self)
        router.add(middleware: VendorErrors())
        router.add(middleware: FaultMiddleware(practice: practice))
        router.add(middleware: CallLogger(practice: practice))
        for dialect in Dialect.allCases {
            dialect.vendor.init(practice: practice, issuer: issuer).add(to: router)
        }
        SecretsManagerService(practice: practice).add(to: router)
        ParameterService(practice: practice).add(to: router)
        KubernetesService(practice: practice).add(to: router)
        KeyVaultService(practice: practice, issuer: issuer).add(to: router)
        GoogleSecretService(practice: practice, issuer: issuer).add(to: router)
        GoogleMetadata(practice: practice).add(to: router)
        KeystoneService(practice: practice).add(to: router)
        BarbicanService(practice: practice).add(to: router)
        ProtectedResource(practice: practice, issuer: issuer).add(to: router)
        ControlAPI(practice: practice, world: world, issuer: issuer).add(to: router)
        return router
    }

    /// Serves until the process ends; `ready` is called once, with the server's address.
    func run(port: Int, ready: @escaping @Sendable (String) -> Void) async throws {
        // Nothing is logged by the framework: its messages could hold parts of requests.
        let application = Application(
            router: router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                let base = "http://127.0.0.1:\(channel.localAddress?.port ?? port)"
                practice.baseURL = base
                ready(base)
            },
            logger: Logger(label: "practice-server") { _ in SwiftLogNoOpLogHandler() })
        try await application.run()
    }
}

/// Words what no route answers the way the vendor does.
struct VendorErrors: RouterMiddleware {
    typealias Context = PracticeContext

    func handle(
        _ request: Request, context: PracticeContext,
        next: (Request, PracticeContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let vendor = Dialect.owner(of: request.uri.path)?.vendor
            return vendor?.unknownPage
                ?? Reply.json(["error": "no such page"], status: .notFound)
        }
    }
}
