import RotationCore

/// Two registrations of one application that take turns, at a server that holds one secret for
/// each.
///
/// To the engine that is a server with two secrets: the registration that nobody uses gets a new
/// one while the other one's stays as it is. What is deleted is overwritten with a value that
/// nobody keeps; the registrations themselves stay, for the next turn. The names are those of
/// blue-green deployments; AWS Secrets Manager calls it alternating users.
struct BlueGreen: AuthorizationServer {
    /// One of the two.
    struct Registration: Sendable {
        let client: ClientID
        let server: any AuthorizationServer

        var id: CredentialID { CredentialID(rawValue: client.rawValue) }
    }

    private let blue: Registration
    private let green: Registration
    let capabilities: ServerCapabilities

    init(blue: Registration, green: Registration) throws(AdapterError) {
        guard let paired = Self.pairing(blue.server.capabilities) else {
            throw Self.refused("not-needed", "two secrets overlap at this server without it")
        }
        (self.blue, self.green, capabilities) = (blue, green, paired)
    }

    /// What two registrations can do at a server that can do `one` with each; nil where it holds
    /// more than one secret, so that nothing needs to take turns.
    static func pairing(_ one: ServerCapabilities) -> ServerCapabilities? {
        guard one.shape == .single else { return nil }
        return ServerCapabilities(
            shape: .pair, limit: 2, origin: one.origin,
            recognition: one.recognition == .value ? .value : .trial, canDisable: false,
            propagation: one.propagation, expiry: one.expiry, telemetry: one.telemetry,
            telemetryLag: one.telemetryLag, events: events(of: one), eventLag: one.eventLag,
            namesClients: true)
    }

    /// A registration has one secret, so a token of it names that.
    ///
    /// Where the secrets are tried to tell them apart, that leaves tokens of ours in the log, which
    /// would pass for somebody's.
    private static func events(of one: ServerCapabilities) -> ServerCapabilities.Events {
        one.events == .each && one.recognition == .value ? .named : one.events
    }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let names = (try await blue.server.identity(), try await green.server.identity())
        return TargetIdentity(rawValue: "\(names.0.rawValue)+\(names.1.rawValue)")
    }

    func preflight(overlap: Span) async throws(AdapterError) -> [Finding] {
        var findings: [Finding] = []
        for side in [blue, green] {
            for found in try await side.server.preflight(overlap: overlap) {
                let name = safeText(side.client.rawValue)
                findings.append(
                    Finding(found.severity, code: found.code, message: "\(name): \(found.message)"))
            }
        }
        return findings + (await scopeFindings())
    }

    /// What one may get and the other may not.
    ///
    /// Where that isn't told, ``scopes()`` says so.
    private func scopeFindings() async -> [Finding] {
        guard let ofBlue = try? await blue.server.scopes(),
            let ofGreen = try? await green.server.scopes(), ofBlue != ofGreen
        else { return [] }
        let names = ofBlue.symmetricDifference(ofGreen).sorted().prefix(20)
            .map { safeText($0, limit: 60) }
        return [
            Finding(
                .warning, code: "blue-green-scopes-differ",
                message:
                    "blue-green: only one of the two clients has \(names.joined(separator: ", "))")
        ]
    }

    /// What either may get.
    func scopes() async throws(AdapterError) -> Set<String>? {
        guard let ofBlue = try await blue.server.scopes(),
            let ofGreen = try await green.server.scopes()
        else { return nil }
        return ofBlue.union(ofGreen)
    }

    /// The registrations whose secret is a known one; what nobody knows is in nobody's way.
    func credentials(knowing known: KnownSecrets) async throws(AdapterError) -> [Credential] {
        var listed: [Credential] = []
        for side in [blue, green] {
            guard let role = try await role(of: side, known) else { continue }
            listed.append(Credential(id: side.id, holds: role))
        }
        return listed
    }

    private func role(of side: Registration, _ known: KnownSecrets) async throws(AdapterError)
        -> SecretRole?
    {
        if [.value, .trial].contains(side.server.capabilities.recognition) {
            return try await side.server.credentials(knowing: known).lazy.compactMap(\.holds).first
        }
        for (role, secret) in [(SecretRole.new, known.new), (.old, known.old)] {
            if let secret, try await accepts(secret, side, .kept) { return role }
        }
        return nil
    }

    func create(_ secret: ClientSecret?, label: String) async throws(AdapterError)
        -> CreatedCredential
    {
        throw Self.refused("no-side", "nobody said which registration is in use")
    }

    func create(_ secret: ClientSecret?, beside old: CredentialID, label: String)
        async throws(AdapterError) -> CreatedCredential
    {
        guard let idle = [blue, green].first(where: { $0.id != old }),
            [blue, green].contains(where: { $0.id == old })
        else { return try await create(secret, label: label) }
        let made = try await idle.server.create(secret, label: label)
        return CreatedCredential(id: idle.id, secret: made.secret)
    }

    func delete(_ credential: CredentialID, keeping survivor: ClientSecret)
        async throws(AdapterError)
    {
        guard let side = [blue, green].first(where: { $0.id == credential }),
            let other = [blue, green].first(where: { $0.id != credential })
        else {
            throw AdapterError(
                .missing, code: "blue-green-missing",
                message: "blue-green: no registration is called \(safeText(credential.rawValue))")
        }
        guard try await accepts(survivor, other, .fresh) else {
            throw AdapterError(
                .conflict, code: "blue-green-survivor-refused",
                message: "blue-green: \(safeText(other.client.rawValue)) is refused with the "
                    + "secret that must stay")
        }
        let thrownAway = capabilities.origin == .client ? ClientSecret.unguessable() : nil
        _ = try await side.server.create(thrownAway, label: "holdover/thrown-away")
    }

    /// What both logs tell; whoever took the new client_id and kept the old secret is in the other
    /// one's.
    func presentations(since moment: Instant) async throws(AdapterError) -> Presentations? {
        var all: Presentations?
        for side in [blue, green] {
            guard let told = try await side.server.presentations(since: moment) else { return nil }
            let events = told.events.map { Presentation($0, of: side) }
            all = Presentations(
                (all?.events ?? []) + events,
                seenUpTo: min(all?.seenUpTo ?? told.seenUpTo, told.seenUpTo),
                isTruncated: all?.isTruncated ?? false || told.isTruncated)
        }
        return all
    }

    /// A secret whose registration is known is tried there and nowhere else: the other one would
    /// refuse it, and write that down.
    func authenticate(
        with secret: ClientSecret, of credential: CredentialID?, connection: ProbeConnection
    ) async throws(AdapterError) -> AuthenticationResult {
        guard let side = [blue, green].first(where: { $0.id == credential }) else {
            return try await authenticate(with: secret, connection: connection)
        }
        return try await side.server.authenticate(with: secret, connection: connection)
    }

    /// A secret belongs to one registration, so it is accepted where either accepts it.
    func authenticate(with secret: ClientSecret, connection: ProbeConnection)
        async throws(AdapterError) -> AuthenticationResult
    {
        let answer = try await blue.server.authenticate(with: secret, connection: connection)
        if answer == .accepted { return answer }
        return try await green.server.authenticate(with: secret, connection: connection)
    }

    private func accepts(
        _ secret: ClientSecret, _ side: Registration, _ connection: ProbeConnection
    ) async throws(AdapterError) -> Bool {
        try await side.server.authenticate(with: secret, connection: connection) == .accepted
    }

    private static func refused(_ code: String, _ words: String) -> AdapterError {
        AdapterError(.refused, code: "blue-green-\(code)", message: "blue-green: \(words)")
    }
}

extension Presentation {
    /// `told` by the log of one of two registrations, whose secret a token was given for.
    fileprivate init(_ told: Presentation, of side: BlueGreen.Registration) {
        self.init(
            at: told.at, outcome: told.outcome,
            credential: told.outcome == .accepted ? side.id : told.credential,
            address: told.address, userAgent: told.userAgent,
            application: told.application ?? side.client.rawValue)
    }
}
