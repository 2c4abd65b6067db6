import Foundation
import HTTPTypes
import Hummingbird

/// `/applications(appId='…')` and its secrets, by Microsoft Graph's rules.
struct EntraGraph: Sendable {
    let practice: Practice
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let graph = router.group("\(EntraVendor.mount)/graph/v1.0")
        for path in [":application", "applications/:objectId"] {
            let application = graph.group(RouterPath(path))
            application.get { try await answer($0, $1, Self.readers, read) }
            application.post("addPassword") { try await answer($0, $1, Self.writers, add) }
            application.post("removePassword") { try await answer($0, $1, Self.writers, remove) }
        }
        EntraAppRoles(graph: self).add(to: router)
        EntraReports(graph: self).add(to: router)
        EntraSignIns(graph: self).add(to: router)
    }

    private static let writers: Set = [
        "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All",
    ]
    private static let readers = writers.union(["Application.Read.All"])

    private typealias Handler = (Request, PracticeClient) async throws -> Response

    private func answer(
        _ request: Request, _ context: PracticeContext, _ rights: Set<String>, _ handler: Handler
    ) async throws -> Response {
        do {
            try await authorize(request, rights)
            return try await handler(request, try client(context))
        } catch let error as EntraError {
            return error.response
        } catch is RequestBodyError {
            return EntraError.notJSON.response
        }
    }

    /// A token for Graph of a client that was granted one of `rights`.
    func authorize(
        _ request: Request, _ rights: Set<String>, orThrow denied: EntraError = .denied
    ) async throws {
        let server = TokenServer.entra(base: practice.baseURL)
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else { throw EntraError.invalidToken }
        guard !caller.grants.isDisjoint(with: rights) else { throw denied }
    }

    /// By object id, or by `applications(appId='…')`.
    private func client(_ context: PracticeContext) throws -> PracticeClient {
        let realm = RealmID.only(.entra)
        if let objectID = context.parameters.get("objectId") {
            guard let client = practice.withState({ $0.client(internalID: objectID, in: realm) })
            else { throw EntraError.notFound(objectID) }
            return client
        }
        let segment = context.parameters.get("application")?.removingPercentEncoding ?? ""
        let (head, tail) = ("applications(appId='", "')")
        guard segment.hasPrefix(head), segment.hasSuffix(tail) else {
            throw EntraError(.badRequest, "BadRequest", "Resource not found for the segment.")
        }
        let appID = String(segment.dropFirst(head.count).dropLast(tail.count))
        guard let client = practice.withState({ $0.client(appID, in: realm) }) else {
            throw EntraError.notFound(appID)
        }
        return client
    }
}

extension EntraGraph {
    private func read(_ request: Request, _ client: PracticeClient) -> Response {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        let secrets = client.secrets(seenAt: now, lag: lag)
        let application: JSONValue = [
            "id": .string(client.internalID), "appId": .string(client.clientID),
            "displayName": .string(client.clientID), "keyCredentials": [],
            "passwordCredentials": .array(secrets.map { EntraSecret.wire($0) }),
        ]
        return Reply.json(application)
    }

    private func add(_ request: Request, _ client: PracticeClient) async throws -> Response {
        let asked = try await request.json(EntraSecret.Request.self).passwordCredential
        guard asked?.secretText == nil, asked?.keyId == nil else { throw EntraError.valueGiven }
        if practice.withState({ $0.takeForeignCreate() }) {
            _ = try make(label: "somebody else's", expires: nil, in: client)
        }
        let expires = try asked?.endDateTime.map { text in
            guard let date = try? Date(text, strategy: .iso8601) else { throw EntraError.notJSON }
            return Milliseconds(date.timeIntervalSince1970 * 1_000)
        }
        let made = try make(label: asked?.displayName, expires: expires, in: client)
        return Reply.json(EntraSecret.wire(made, showsValue: true))
    }

    private func make(
        label: String?, expires: Milliseconds?, in client: PracticeClient
    ) throws -> PracticeSecret {
        try change(client) { client, settings, now in
            guard client.secrets.count < EntraSecret.limit else { throw EntraError.tooManySecrets }
            return client.add(
                id: RandomText.uuid(), value: EntraSecret.value(), label: label,
                expires: expires ?? now + EntraSecret.usualLife, at: now, under: settings)
        }
    }

    private func remove(_ request: Request, _ client: PracticeClient) async throws -> Response {
        struct Body: Decodable { let keyId: String }
        let id = try await request.json(Body.self).keyId
        try change(client) { client, settings, now in
            guard client.secret(id) != nil else { throw EntraError.noSuchKey }
            client.remove(id, at: now, under: settings)
        }
        return Reply.empty()
    }

    private func change<Result: Sendable>(
        _ client: PracticeClient,
        _ body: @Sendable (inout PracticeClient, PracticeSettings, Milliseconds) throws -> Result
    ) throws -> Result {
        try practice.change(client, of: .entra, orThrow: EntraError.notFound(client.clientID), body)
    }
}
