import Foundation
import HTTPTypes
import Hummingbird

/// The secrets of one Azure Key Vault, to practise on.
struct KeyVaultService: Sendable {
    static let mount = "/key-vault"
    /// What access tokens must be for.
    static let resource = "https://vault.azure.net"
    /// The role that may do everything with secrets.
    static let officer = "Key Vault Secrets Officer"
    /// The role that may read.
    private static let user = "Key Vault Secrets User"
    private static let pageLength = 25

    let practice: Practice
    let issuer: TokenIssuer

    /// One request, once it is known who makes it.
    private struct Call {
        let request: Request
        let name: String
        let version: String?
    }

    private typealias Handler = (Call) async throws -> Response

    func add(to router: Router<PracticeContext>) {
        let all = router.group("\(Self.mount)/secrets/:name")
        all.get { try await answer($0, $1, "getSecret", get) }
        all.put { try await answer($0, $1, "setSecret", put) }
        all.delete { try await answer($0, $1, "delete", delete) }
        let one = all.group(":version")
        one.get { request, context in
            let isList = context.parameters.get("version") == "versions"
            return try await answer(
                request, context, isList ? "readMetadata" : "getSecret", isList ? list : get)
        }
        one.patch { try await answer($0, $1, "update", patch) }
    }

    private func answer(
        _ request: Request, _ context: PracticeContext, _ action: String, _ handler: Handler
    ) async throws -> Response {
        do throws(KeyVaultError) {
            if let refusal = try await refusal(request, action) { return refusal }
            guard request.uri.queryParameters.get("api-version") != nil else {
                throw .bad("api-version must be specified")
            }
            let name = context.parameters.get("name") ?? ""
            guard name.wholeMatch(of: /[0-9a-zA-Z-]{1,127}/) != nil else {
                throw .bad("The request URI contains an invalid name: \(name)")
            }
            let call = Call(
                request: request, name: name, version: context.parameters.get("version"))
            do { return try await handler(call) } catch let error as KeyVaultError {
                throw error
            } catch {
                throw .bad("Property  has invalid value\r\n")
            }
        } catch {
            return error.response
        }
    }

    /// Why whoever asks may not; nil where they may.
    private func refusal(_ request: Request, _ action: String) async throws(KeyVaultError)
        -> Response?
    {
        let server = TokenServer.entra(base: practice.baseURL)
        let authority = String(server.issuer.dropLast("/v2.0".count))
        guard request.headers[.authorization]?.hasPrefix("Bearer ") ?? false else {
            return KeyVaultError.challenge(
                "AKV10000: Request is missing a Bearer or PoP token.", authority: authority)
        }
        let now = practice.withState { $0.now }
        guard let token = await issuer.bearer(of: request, from: server, at: now),
            token.scope == "\(Self.resource)/.default",
            let caller = practice.withState({ $0.client(token.clientID, in: server.realm) })
        else {
            return KeyVaultError.challenge(
                "AKV10022: Invalid audience or expired token.", authority: authority)
        }
        let reading = ["getSecret", "readMetadata"].contains(action) ? [Self.user] : []
        guard !caller.grants.isDisjoint(with: [Self.officer, action] + reading) else {
            throw .forbidden(token.clientID, action)
        }
        return nil
    }
}

extension KeyVaultService {
    private func get(_ call: Call) throws(KeyVaultError) -> Response {
        let secret = try find(call)
        let found: VaultedSecret.Version?
        if let name = call.version {
            found = secret.versions.first { $0.name == name }
        } else {
            found = seen(secret).last
        }
        guard let found else { throw .notFound("\(call.name)/\(call.version ?? "")") }
        guard found.isEnabled else { throw .disabled }
        return Reply.json(wire(found, of: secret, showsValue: true))
    }

    /// By their names, and so in no order of time; a page at a time.
    private func list(_ call: Call) throws(KeyVaultError) -> Response {
        let versions: [VaultedSecret.Version]
        let secret = VaultedSecret(name: call.name)
        // Of a secret that isn't there the list is empty.
        if let found = try? find(call) {
            versions = seen(found).sorted { $0.name < $1.name }
        } else {
            versions = []
        }
        let query = call.request.uri.queryParameters
        let start = query.get("$skiptoken").flatMap { Int($0) } ?? 0
        let length = query.get("maxresults").flatMap { Int($0) } ?? Self.pageLength
        guard (1...Self.pageLength).contains(length), (0...versions.count).contains(start) else {
            throw .bad("The maxresults or skiptoken parameter is invalid.")
        }
        let page = versions[start...].prefix(length)
        // With the port, which Key Vault's links have even where it goes without saying.
        let next =
            "\(practice.baseURL)\(call.request.uri.path)?api-version="
            + "\(query.get("api-version") ?? "")&$skiptoken=\(page.endIndex)&maxresults=\(length)"
        return Reply.json([
            "value": JSONValue.array(page.map { wire($0, of: secret, showsValue: false) }),
            "nextLink": page.endIndex < versions.count ? .string(next) : .null,
        ])
    }

    private func put(_ call: Call) async throws -> Response {
        let wish = try KeyVaultRules.Wish(try await call.request.bytes())
        let (made, secret) = try change(call, mayMake: true) { secret, now throws(KeyVaultError) in
            try KeyVaultRules.put(wish, in: &secret, at: now)
        }
        return Reply.json(wire(made, of: secret, showsValue: true))
    }

    private func patch(_ call: Call) async throws -> Response {
        let wish = try KeyVaultRules.Wish(try await call.request.bytes())
        let name = call.version ?? ""
        let (changed, secret) = try change(call) { secret, now throws(KeyVaultError) in
            try KeyVaultRules.patch(wish, name, in: &secret, at: now)
        }
        return Reply.json(wire(changed, of: secret, showsValue: false))
    }

    /// The secret can be recovered for a week, and its name isn't free until then.
    private func delete(_ call: Call) throws(KeyVaultError) -> Response {
        let (moment, secret) = try change(call) { secret, now throws(KeyVaultError) in
            guard secret.deleted == nil else { throw .notFound(secret.name) }
            secret.deleted = now
            return now
        }
        guard let last = secret.versions.last,
            case .object(var members) = wire(last, of: secret, showsValue: false)
        else { throw .notFound(call.name) }
        members["recoveryId"] = .string("\(base)/deletedsecrets/\(secret.name)")
        members["deletedDate"] = .integer(moment.seconds)
        members["scheduledPurgeDate"] = .integer(moment.seconds + 7 * 86_400)
        return Reply.json(JSONValue.object(members))
    }

    private var base: String { "\(practice.baseURL)\(Self.mount)" }

    private func wire(
        _ version: VaultedSecret.Version, of secret: VaultedSecret, showsValue: Bool
    ) -> JSONValue {
        var attributes: [String: JSONValue] = [
            "enabled": .bool(version.isEnabled), "created": .integer(version.created.seconds),
            "updated": .integer(version.updated.seconds),
            "recoveryLevel": "CustomizedRecoverable+Purgeable", "recoverableDays": .integer(7),
        ]
        attributes["exp"] = version.expires.map { .integer($0) }
        attributes["nbf"] = version.notBefore.map { .integer($0) }
        var members: [String: JSONValue] = [
            "id": .string("\(base)/secrets/\(secret.name)/\(version.name)"),
            "attributes": .object(attributes),
        ]
        members["value"] = showsValue ? .string(version.value) : nil
        members["contentType"] = version.contentType.map { .string($0) }
        members["tags"] = version.tags.map { .object($0.mapValues { .string($0) }) }
        return .object(members)
    }

    private func seen(_ secret: VaultedSecret) -> [VaultedSecret.Version] {
        let (lag, now) = practice.withState { ($0.settings.listLagMs, $0.now) }
        return secret.versions(seenAt: now, lag: lag)
    }

    private func find(_ call: Call) throws(KeyVaultError) -> VaultedSecret {
        let found = practice.withState { $0.vaultedSecrets[call.name.lowercased()] }
        guard let found, found.deleted == nil else { throw .notFound(call.name) }
        return found
    }

    private func change<Result: Sendable>(
        _ call: Call, mayMake: Bool = false,
        _ body:
            @Sendable (inout VaultedSecret, Milliseconds) throws(KeyVaultError) -> Result
    ) throws(KeyVaultError) -> (Result, VaultedSecret) {
        let (key, name) = (call.name.lowercased(), call.name)
        return try practice.withState { state throws(KeyVaultError) in
            guard var secret = state.vaultedSecrets[key] ?? (mayMake ? .init(name: name) : nil)
            else { throw .notFound(name) }
            let result = try body(&secret, state.now)
            state.vaultedSecrets[key] = secret
            return (result, secret)
        }
    }
}
