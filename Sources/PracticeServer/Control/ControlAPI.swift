import Foundation
import HTTPTypes
import Hummingbird

/// The strings behind the stage, `/practice`; not part of any vendor's API.
struct ControlAPI: Sendable {
    let practice: Practice
    let world: PracticeWorld
    let issuer: TokenIssuer

    func add(to router: Router<PracticeContext>) {
        let control = router.group("/practice").add(
            middleware: PracticeKeyCheck(practice: practice))
        control.post("clients", use: create)
        control.get("clients/:id", use: report)
        control.delete("clients/:id", use: delete)
        control.post("faults", use: addFault)
        control.get("faults") { _, _ in
            Self.json(practice.withState { $0.faults.faults })
        }
        control.delete("faults") { _, _ in
            practice.withState { $0.faults.clear() }
            return Reply.empty()
        }
        control.get("settings") { _, _ in Self.json(practice.withState { $0.settings }) }
        control.put("settings", use: settings)
        control.get("log", use: log)
        control.get("calls") { request, _ in
            let client = request.uri.queryParameters.get("client")
            let calls = practice.withState { $0.calls.entries }
            return Self.json(calls.filter { client == nil || $0.clientId == client })
        }
        control.get("stats", use: stats)
        control.post("workload-tokens") { request, _ in
            let new = try await request.json(NewWorkloadToken.self, snakeCase: true)
            let token = try await EntraWorkload(practice: practice, issuer: issuer)
                .token(of: new.subject, audience: new.audience, lifetime: new.lifetime)
            return Self.json(["token": token], .created)
        }
        control.post("reset") { _, _ in
            try await world.reset(practice)
            return Reply.empty()
        }
    }

    private func create(_ request: Request, _ context: PracticeContext) async throws -> Response {
        do {
            let new = try await request.json(NewClient.self, snakeCase: true)
            return Self.json(try await Registrar(practice: practice).register(new), .created)
        } catch let error as Registrar.Refusal {
            return Self.refuse(error.reason)
        }
    }

    private func report(_ request: Request, _ context: PracticeContext) -> Response {
        let (found, now) = find(request, context)
        guard let found else { return Self.refuse("there is no such client", .notFound) }
        return Self.json(ClientReport(found.client, now: now))
    }

    private func delete(_ request: Request, _ context: PracticeContext) -> Response {
        guard let found = find(request, context).found else {
            return Self.refuse("there is no such client", .notFound)
        }
        practice.withState { state in
            _ = state.realms[found.realm]?.remove(clientID: found.client.clientID)
        }
        return Reply.empty()
    }

    /// By client id; `?dialect=` and `?realm=` where the same id is in several.
    private func find(
        _ request: Request, _ context: PracticeContext
    ) -> (found: (realm: RealmID, client: PracticeClient)?, now: Milliseconds) {
        let id = context.parameters.get("id").flatMap { $0.removingPercentEncoding } ?? ""
        let dialect = request.uri.queryParameters.get("dialect").flatMap(Dialect.init)
        let realm = request.uri.queryParameters.get("realm")
        return practice.withState { state in
            for (name, value) in state.realms {
                if let dialect, dialect != name.dialect { continue }
                if let realm, realm != name.name { continue }
                if let client = value[id] { return ((name, client), state.now) }
            }
            return (nil, state.now)
        }
    }
}

extension ControlAPI {
    private func addFault(_ request: Request, _ context: PracticeContext) async throws -> Response {
        let fault = try await request.json(Fault.self, snakeCase: true)
        if let pattern = fault.match.path, (try? Regex(pattern)) == nil {
            return Self.refuse("match.path is not a regular expression")
        }
        if fault.kind == .limit, let dialect = fault.match.dialect,
            dialect.vendor.limitReached == nil
        {
            return Self.refuse("\(dialect.rawValue) has no limit of secrets")
        }
        practice.withState { $0.faults.add(fault) }
        return Self.json(fault, .created)
    }

    /// Merges what is sent into the settings.
    private func settings(_ request: Request, _ context: PracticeContext) async throws -> Response {
        let sent = try await request.json([String: JSONValue].self)
        let known = practice.withState { $0.settings }
        guard let merged = try? known.merging(sent) else {
            return Self.refuse("there is no such setting, or it has another type")
        }
        practice.withState { $0.settings = merged }
        return Self.json(merged)
    }

    private func log(_ request: Request, _ context: PracticeContext) -> Response {
        let client = request.uri.queryParameters.get("client")
        let since = request.uri.queryParameters.get("since").flatMap { UInt64($0) } ?? 0
        let entries = practice.withState { $0.log.entries(after: since) }
        return Self.json(
            entries.filter { client == nil || $0.owner.clientID == client }.map(LogLine.init))
    }

    private func stats(_ request: Request, _ context: PracticeContext) -> Response {
        struct Line: Encodable {
            let dialect: Dialect
            let realm: String
            let clientId: String
            let counters: TokenCounters
        }
        let counters = practice.withState { $0.log.counters }
        return Self.json(
            counters.map { owner, counters in
                Line(
                    dialect: owner.realm.dialect, realm: owner.realm.name,
                    clientId: owner.clientID, counters: counters)
            }.sorted { $0.clientId < $1.clientId })
    }

    private static func json(
        _ value: some Encodable, _ status: HTTPResponse.Status = .ok
    ) -> Response {
        Reply.json(value, status: status, snakeCase: true)
    }

    static func refuse(
        _ reason: String, _ status: HTTPResponse.Status = .badRequest
    ) -> Response {
        Reply.json(["error": reason], status: status)
    }
}

/// Lets nobody to the control API without its key, and words its errors.
struct PracticeKeyCheck: RouterMiddleware {
    typealias Context = PracticeContext

    let practice: Practice

    func handle(
        _ request: Request, context: PracticeContext,
        next: (Request, PracticeContext) async throws -> Response
    ) async throws -> Response {
        let sent = HTTPField.Name("X-Practice-Key").flatMap { request.headers[$0] } ?? ""
        guard SecretDigest(of: sent) == SecretDigest(of: practice.credentials.practiceKey) else {
            return ControlAPI.refuse("the header X-Practice-Key is missing or wrong", .unauthorized)
        }
        do {
            return try await next(request, context)
        } catch is RequestBodyError {
            return ControlAPI.refuse("the body is not the JSON that is expected here")
        }
    }
}
