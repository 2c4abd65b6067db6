import Adapters
import ClientCredentials
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
    /// How much of its life a token from the cache must have left, where nobody says.
    var least = SealedTokenStore.Remainder.time(.zero)

    private var client: String { options.plan ?? options.clientID ?? "" }

    func run() async throws -> Found {
        let deadline = Deadline(in: options.patience)
        let (wanted, variables) = try await wanted(Ports.factory(), deadline)
        let http = CountedHTTP()
        let provider = TokenProvider(
            options.wish(of: wanted.endpoint), credential: wanted.credential, through: http,
            settings: TokenProvider.Settings(
                policy: TokenPolicy(
                    deadline: deadline.left, insistsOnScope: options.insistScope),
                store: store, logger: Logger(label: "token") { _ in SwiftLogNoOpLogHandler() }))
        defer { provider.close() }
        do throws(TokenFailure) {
            let token = try await provider.token()
            warn(about: token)
            return Found(token: token, isCached: http.count == 0, variables: variables)
        } catch { throw Problem(error, for: client) }
    }

    private var store: SealedTokenStore? {
        guard !options.noCache else { return nil }
        let folder = TokenFolder.own
        if let complaint = folder.complaint { workspace.console.complain(complaint) }
        return SealedTokenStore(
            in: folder.path, isRead: !options.fresh,
            least: options.leastLife.map { .time($0) } ?? least)
    }

    /// Says what the token is less than what was asked for.
    private func warn(about token: AccessToken) {
        if let shortfall = token.scopeShortfall {
            workspace.console.warn(
                "not granted: \(shortfall.missing.sorted().joined(separator: " "))",
                code: "scope-not-granted",
                state: "the token is handed out, and may do less than was asked for",
                hint: "have the scope granted, or make that an error with --insist-scope")
        }
        if let least = options.leastLife, let lifetime = token.lifetime, lifetime < least {
            let words = Span(milliseconds: Int64(lifetime / .milliseconds(1))).rough
            workspace.console.warn(
                "the token is good for \(words) only", code: "token-short",
                state: "the token is handed out; it is new, and the server grants no longer one",
                hint: "have the client's tokens live longer, or ask for less with --valid-for")
        }
    }

    private func wanted(_ factory: AdapterRegistry, _ deadline: Deadline) async throws
        -> (ClientTokens, Set<String>)
    {
        if let name = options.plan {
            let plan = try PlanShelf(directory: workspace.plansDirectory).plan(named: name).plan
            let store = options.store
            let tokens = try await asked(deadline) { () async throws(AdapterError) in
                try await factory.tokens(of: plan, from: store)
            }
            return (tokens, AdapterRegistry.variables(of: plan))
        }
        let (endpoint, named) = try await NamedClient(options: options, deadline: deadline).found()
        let credential = try await asked(deadline) { () async throws(AdapterError) in
            try await factory.credential(named)
        }
        return (ClientTokens(endpoint: endpoint, credential: credential), named.variables)
    }

    private func asked<Value: Sendable>(
        _ deadline: Deadline, _ body: @escaping @Sendable () async throws(AdapterError) -> Value
    ) async throws -> Value {
        let answer = await deadline.race { () async -> Result<Value, AdapterError> in
            do throws(AdapterError) { return .success(try await body()) } catch {
                return .failure(error)
            }
        }
        switch answer {
        case .success(let value): return value
        case .failure(let error): throw Problem(credential: error)
        case nil: throw Problem(slowCredentialOf: client, deadline: options.deadline)
        }
    }
}
