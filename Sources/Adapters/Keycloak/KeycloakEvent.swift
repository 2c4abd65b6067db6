import RotationCore

/// One event of a realm, as far as it tells which secret was used.
struct KeycloakEvent: Decodable {
    /// Milliseconds since 1970.
    let time: Int64?
    let type: String?
    let ipAddress: String?
    let error: String?
    let details: [String: String?]?

    /// Those that a client comes about with a secret of its own and that are in every version.
    static let types = [
        "CLIENT_LOGIN", "CODE_TO_TOKEN", "REFRESH_TOKEN", "TOKEN_EXCHANGE", "INTROSPECT_TOKEN",
    ]

    /// Whether it says that the rotated secret was used, and not the one in force.
    ///
    /// Since 26.8 a detail beside `client_auth_method` says so, and only then. How that one is
    /// spelled couldn't be read anywhere; the names of its constants (`CLIENT_AUTH_DETAIL`,
    /// `CLIENT_ROTATED_EVENT_DETAIL`) tell how it begins, and of what it speaks.
    var usedRotated: Bool {
        (details ?? [:]).contains { name, value in
            name.hasPrefix("client_auth_") && name != "client_auth_method"
                && "\(name) \(value ?? "")".lowercased().contains("rotat")
        }
    }
}

extension KeycloakEvent {
    /// What a client's own logins are called, and what is refused of whatever it comes about.
    static let told = ["CLIENT_LOGIN"] + types.map { "\($0)_ERROR" }

    /// nil where it is about something else than the secret.
    ///
    /// Keycloak keeps no user agent.
    var presentation: Presentation? {
        guard let time else { return nil }
        let isRefused = type?.hasSuffix("_ERROR") ?? false
        if isRefused, error != "invalid_client_credentials" { return nil }
        return Presentation(
            at: Instant(milliseconds: time),
            outcome: isRefused ? .refused(code: "unauthorized_client") : .accepted,
            credential: usedRotated ? Keycloak.Slot.rotated : nil, address: ipAddress)
    }
}

/// What a realm saves of its events.
struct KeycloakEventsConfig: Decodable {
    let eventsEnabled: Bool?
    /// For how long, in seconds; 0 and nil are for ever.
    let eventsExpiration: Int64?
    let enabledEventTypes: [String]?
}

extension KeycloakAPI {
    private static let page = 250
    private static let pages = 20

    /// When the rotated secret was last used since `start`, among the client's last 5000 logins;
    /// nil where none of them tells.
    func lastUseOfRotated(since start: Instant?) async throws(AdapterError) -> Instant? {
        let start = start?.milliseconds ?? .min
        for number in 0..<Self.pages {
            let page = try await page(number, of: KeycloakEvent.types)
            // The newest come first. While others come, some are seen twice, and none is missed.
            if let use = page.first(where: \.usedRotated)?.time {
                return use < start ? nil : Instant(milliseconds: use)
            }
            if isLast(page, since: start) { break }
        }
        return nil
    }

    /// The client's logins since `moment`, the newest 5000.
    func presentations(since moment: Instant, at now: Instant) async throws(AdapterError)
        -> Presentations
    {
        let config = try await eventsConfig()
        guard config.eventsEnabled ?? false else {
            throw AdapterError(
                .refused, code: "keycloak-events-off",
                message: "keycloak: the realm saves no events")
        }
        var found: [Presentation] = []
        for number in 0..<Self.pages {
            let page = try await page(number, of: KeycloakEvent.told)
            found += page.compactMap(\.presentation).filter { $0.at >= moment }
            if isLast(page, since: moment.milliseconds) {
                return Presentations(found, seenUpTo: now)
            }
        }
        return Presentations(found, seenUpTo: now, isTruncated: true)
    }

    /// The newest events come first, so that none needs a `dateFrom`: until 2025 Keycloak took
    /// days there and no moments, of its own time zone.
    private func page(_ number: Int, of types: [String]) async throws(AdapterError)
        -> [KeycloakEvent]
    {
        let types = types.map { "&type=\($0)" }.joined()
        let place = "&max=\(Self.page)&first=\(number * Self.page)"
        return try await events(
            [KeycloakEvent].self, "?client=\(URLPart.segment(clientID))\(types)\(place)")
    }

    private func isLast(_ page: [KeycloakEvent], since start: Int64) -> Bool {
        page.count < Self.page || page.last?.time ?? .max < start
    }

    func eventsConfig() async throws(AdapterError) -> KeycloakEventsConfig {
        try await events(KeycloakEventsConfig.self, "/config")
    }

    private func events<Value: Decodable>(_ type: Value.Type, _ rest: String)
        async throws(AdapterError) -> Value
    {
        do throws(AdapterError) {
            let response = try await admin.expect(
                [200], "GET", "\(realmPath)/events\(rest)", .read)
            return try admin.decode(type, response, .read)
        } catch {
            throw error.about("the realm's events")
        }
    }
}
