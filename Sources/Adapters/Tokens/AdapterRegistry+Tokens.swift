public import ClientCredentials
public import RotationCore

extension AdapterRegistry {
    /// Where the tokens of the client of `plan` come from, and how: as its secret is tried, with
    /// the one that a store of the plan holds.
    ///
    /// `name` is that store's; nil for the first that can be read. Where clients take turns, the
    /// store says whose secret it holds. A read, for which no administrator has to prove themself
    /// wherever that can be had. Throws `refused` where the client has no grant of its own or no
    /// store shows what it holds, `missing` where there is no such store or nothing in it.
    public func tokens(of plan: Plan, from name: String? = nil) async throws(AdapterError)
        -> ClientTokens
    {
        let server = try await server(askedByClientOf: plan)
        guard server.probe.endpoint.grant == .clientCredentials else {
            throw Self.noTokens(
                .refused, "no-grant", plan.server.name,
                "its clients serve people, and have no grant of their own to get a token with")
        }
        var failure: AdapterError?
        for settings in plan.stores where name == nil || settings.name == name {
            do throws(AdapterError) {
                let store = try await store(settings, of: plan)
                let credential = try await RereadCredential { () async throws(AdapterError) in
                    try await Self.credentials(in: store, settings.name, plan, server)
                }
                return ClientTokens(endpoint: server.probe.endpoint, credential: credential)
            } catch { failure = failure ?? error }
        }
        let known = plan.stores.map(\.name).joined(separator: ", ")
        throw failure
            ?? Self.noTokens(
                .missing, "unknown-store", name ?? "", "the plan has no such store, but \(known)")
    }

    /// What `referenced` leads to, read now, and again where it is refused.
    public func credential(_ referenced: ReferencedCredential) async throws(AdapterError)
        -> any CredentialSource
    {
        let resolver = parts.resolver
        return try await RereadCredential { () async throws(AdapterError) in
            try await referenced.read(by: resolver)
        }
    }

    /// The variables of the environment that lead to secrets which `plan` names.
    public static func variables(of plan: Plan) -> Set<String> {
        let targets = [plan.server] + plan.stores + plan.reload
        let reports = plan.consumers.compactMap(\.report)
        return (targets + reports).flatMap(\.values.values)
            .reduce(into: []) { $0.formUnion($1.variables) }
    }

    /// The server of `plan` without what its administrator proves themself with: a host that only
    /// needs tokens has no such thing.
    ///
    /// Where the server can't be made without, since it has to be a key, it is read.
    private func server(askedByClientOf plan: Plan) async throws(AdapterError) -> any ProbedServer {
        var resolver = parts.resolver
        resolver.placeholder = ClientSecret("nobody:needs-this")
        let unproven = ServerParts(
            http: parts.http, resolver: resolver, tokens: parts.tokens, roles: parts.roles,
            now: parts.now)
        if let server = try? await oneServer(of: plan, unproven) { return server }
        return try await oneServer(of: plan, parts)
    }

    private static func credentials(
        in store: any SecretStore, _ name: String, _ plan: Plan, _ server: any ProbedServer
    ) async throws(AdapterError) -> StagedCredentials {
        guard store.capabilities.readable else {
            throw noTokens(.refused, "store-unreadable", name, "it doesn't show what it holds")
        }
        let stored = try await store.read()
        guard let stored, let secret = stored.secret else {
            throw noTokens(.missing, "store-empty", name, "it holds no secret")
        }
        let takesTurns = server.capabilities.namesClients || plan.clientIDs.count > 1
        guard stored.client != nil || !takesTurns else {
            throw noTokens(
                .refused, "store-without-client", name,
                "it doesn't say of which client its secret is")
        }
        let (id, method) = ((stored.client ?? plan.clientID).rawValue, server.probe.method)
        return StagedCredentials(
            current: method.authentication(id: id, secret),
            candidate: stored.candidate.map { method.authentication(id: id, $0) })
    }

    private static func noTokens(
        _ kind: AdapterError.Kind, _ code: String, _ name: String, _ words: String
    ) -> AdapterError {
        AdapterError(kind, code: "client-\(code)", message: "\(safeText(name)): \(words)")
    }
}

extension SettingValue {
    /// The variables that references in it name.
    fileprivate var variables: Set<String> {
        switch self {
        case .text(let text): SecretReference(text)?.variables ?? []
        case .list(let values): values.reduce(into: []) { $0.formUnion($1.variables) }
        case .group(let values): values.values.reduce(into: []) { $0.formUnion($1.variables) }
        }
    }
}
