import Adapters
import ClientCredentials
import Foundation
import HTTPTransport
import Logging
import Plans
import RotationCore

/// Gets one token, from the cache or from the server.
struct TokenErrand {
    /// What came of it.
    struct Found {
        let token: AccessToken
        /// Whether it was in the cache, and nobody was asked.
        let isCached: Bool
        /// The variables of the environment that lead to secrets.
        let variables: Set<String>
    }

    let options: TokenOptions
    let workspace: Workspace

    func run() async throws -> Found {
        let start = ContinuousClock.now
        let factory = Ports.factory()
        let (wanted, variables) = try await wanted(factory)
        let http = CountedHTTP()
        let provider = TokenProvider(
            options.wish(of: wanted.endpoint), credential: wanted.credential, through: http,
            settings: TokenProvider.Settings(
                policy: TokenPolicy(
                    deadline: options.patience - start.duration(to: .now),
                    insistsOnScope: options.insistScope),
                store: store, logger: Logger(label: "token") { _ in SwiftLogNoOpLogHandler() }))
        defer { provider.close() }
        do throws(TokenFailure) {
            let token = try await provider.token()
            return Found(token: token, isCached: http.count == 0, variables: variables)
        } catch { throw Problem(error, for: options.plan ?? options.clientID ?? "") }
    }

    private var store: SealedTokenStore? {
        guard !options.noCache else { return nil }
        let folder = TokenFolder.own
        if let complaint = folder.complaint { workspace.console.complain(complaint) }
        return SealedTokenStore(in: folder.path, isRead: !options.fresh)
    }

    private func wanted(_ factory: AdapterRegistry) async throws -> (ClientTokens, Set<String>) {
        if let name = options.plan {
            let plan = try PlanShelf(directory: workspace.plansDirectory).plan(named: name).plan
            let tokens = try await asked { () async throws(AdapterError) in
                try await factory.tokens(of: plan, from: options.store)
            }
            return (tokens, AdapterRegistry.variables(of: plan))
        }
        // Before anybody is asked anything.
        let isSecret = options.secret != nil
        let text = options.secret ?? options.key ?? ""
        guard ReferencedCredential(text, of: "", as: .secret(.basic)) != nil else {
            throw Problem(notAReference: isSecret ? "--secret" : "--key")
        }
        let (url, offered) = try await place()
        let use: ReferencedCredential.Use =
            isSecret
            ? .secret(presentation(among: offered))
            : .key(options.algorithm.flatMap(AssertionKey.Algorithm.init), id: options.keyID)
        guard let named = ReferencedCredential(text, of: options.clientID ?? "", as: use) else {
            throw Problem(notAReference: isSecret ? "--secret" : "--key")
        }
        let credential = try await asked { () async throws(AdapterError) in
            try await factory.credential(named)
        }
        let endpoint = TokenEndpoint(url: url, caFile: options.caFile)
        return (ClientTokens(endpoint: endpoint, credential: credential), named.variables)
    }

    /// The token endpoint, and how clients may prove themselves there, as far as that is known.
    private func place() async throws -> (String, Set<String>?) {
        if let url = options.tokenURL { return (url, nil) }
        do throws(TokenError) {
            let metadata = try await AuthorizationServerMetadata.discover(
                issuer: options.issuer ?? "", through: CountedHTTP(), caFile: options.caFile,
                deadline: options.patience)
            return (metadata.tokenEndpoint, metadata.tokenEndpointAuthMethods)
        } catch { throw Problem(.request(error, attempts: 1), for: options.clientID ?? "") }
    }

    /// As it was said, else the first that the server offers.
    private func presentation(among offered: Set<String>?) -> SecretPresentation {
        if let method = options.authMethod { return SecretPresentation(method: method) ?? .basic }
        let usual = ["client_secret_basic", "client_secret_post", "client_secret_jwt"]
        let first = usual.first { offered?.contains($0) ?? true }
        return first.flatMap(SecretPresentation.init(method:)) ?? .basic
    }

    private func asked<Value>(_ body: () async throws(AdapterError) -> Value) async throws
        -> Value
    {
        do throws(AdapterError) { return try await body() } catch {
            throw Problem(credential: error)
        }
    }
}
