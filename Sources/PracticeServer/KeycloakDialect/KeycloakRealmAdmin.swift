import Hummingbird

/// `/admin/realms/{realm}/client-policies` and `/events`.
struct KeycloakRealmAdmin: Sendable {
    let admin: KeycloakAdmin

    private var practice: Practice { admin.practice }

    func add(to router: Router<PracticeContext>) {
        let realm = router.group("/admin/realms/:realm")
        let policies = realm.group("client-policies")
        policies.get("profiles") { try await admin.answer($0, $1, .viewRealm, profiles) }
        policies.put("profiles") { try await admin.answer($0, $1, .manageRealm, putProfiles) }
        policies.get("policies") { try await admin.answer($0, $1, .viewRealm, showPolicies) }
        policies.put("policies") { try await admin.answer($0, $1, .manageRealm, putPolicies) }
        realm.get("events") { try await admin.answer($0, $1, .viewEvents, events) }
        realm.delete("events") { try await admin.answer($0, $1, .manageEvents, deleteEvents) }
        realm.get("events/config") { try await admin.answer($0, $1, .viewEvents, config) }
        realm.put("events/config") { try await admin.answer($0, $1, .manageEvents, putConfig) }
    }

    private func profiles(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) -> Response {
        let profiles = practice.withState { $0.realms[caller.realm]?.policies.profiles ?? [] }
        return Reply.json(JSONValue.object(["profiles": .array(profiles)]))
    }

    private func showPolicies(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) -> Response {
        let policies = practice.withState { $0.realms[caller.realm]?.policies.policies ?? [] }
        return Reply.json(JSONValue.object(["policies": .array(policies)]))
    }

    private func putProfiles(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) async throws -> Response {
        let document = try await request.json(JSONValue.self)
        try practice.withState { state throws(KeycloakError) in
            try state.realms[caller.realm]?.policies.put(profiles: document)
        }
        return Reply.empty()
    }

    private func putPolicies(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) async throws -> Response {
        let document = try await request.json(JSONValue.self)
        try practice.withState { state throws(KeycloakError) in
            try state.realms[caller.realm]?.policies.put(policies: document)
        }
        return Reply.empty()
    }

    private func events(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        guard let query = KeycloakEventQuery(request.uri.queryParameters) else {
            throw KeycloakError(status: .badRequest, body: ["error": "HTTP 400 Bad Request"])
        }
        guard !practice.withState({ $0.settings.eventsAreForbidden }) else {
            throw KeycloakError.forbidden
        }
        let events = practice.withState { state in
            let end = state.now - state.settings.eventLagMs
            let from = state.realms[caller.realm]?.eventsFrom ?? 0
            let (tellsRotated, life) = (
                state.settings.keycloakTellsRotated, state.settings.keycloakEventLife
            )
            let start = life > 0 ? state.now - life * 1_000 : 0
            return state.log.entries(after: from)
                .filter { $0.isSaved && $0.owner.realm == caller.realm }
                .filter { $0.time >= start && $0.time <= end }
                .map { KeycloakEvent($0, tellsRotated: tellsRotated) }
        }
        return Reply.json(query.select(events))
    }

    private func deleteEvents(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) -> Response {
        practice.withState { state in
            state.realms[caller.realm]?.eventsFrom = state.log.sequence
        }
        return Reply.empty()
    }

    private func config(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) throws -> Response {
        guard !practice.withState({ $0.settings.eventsAreForbidden }) else {
            throw KeycloakError.forbidden
        }
        let (saves, life) = practice.withState {
            ($0.realms[caller.realm]?.savesEvents ?? false, $0.settings.keycloakEventLife)
        }
        let config: JSONValue = [
            "eventsEnabled": .bool(saves), "eventsExpiration": .integer(life),
            "eventsListeners": ["jboss-logging"],
            "enabledEventTypes": ["CLIENT_LOGIN", "CLIENT_LOGIN_ERROR"],
            "adminEventsEnabled": false, "adminEventsDetailsEnabled": false,
        ]
        return Reply.json(config)
    }

    private func putConfig(
        _ request: Request, _ context: PracticeContext, _ caller: KeycloakCaller
    ) async throws -> Response {
        let document = try await request.json(JSONValue.self)
        if let saves = document["eventsEnabled"]?.bool {
            practice.withState { $0.realms[caller.realm]?.savesEvents = saves }
        }
        return Reply.empty()
    }
}
