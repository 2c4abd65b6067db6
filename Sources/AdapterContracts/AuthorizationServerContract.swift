public import RotationCore

/// What every authorization server promises, asked of one whose client has exactly one secret.
///
/// The suite leaves the client with one secret again, another one: ``Result/secret``.
public struct AuthorizationServerContract: Sendable {
    let server: any AuthorizationServer
    private let makeSecret: @Sendable () -> ClientSecret

    /// A suite for `server`; `makeSecret` gives a new valid secret at each call.
    public init(
        _ server: any AuthorizationServer, makeSecret: @escaping @Sendable () -> ClientSecret
    ) {
        self.server = server
        self.makeSecret = makeSecret
    }

    /// What came of a run.
    public struct Result: Sendable {
        /// Every broken promise in words; none is success.
        public let violations: [String]
        /// The parts that were run.
        public let topics: [String]
        /// The secret that is in force now.
        public let secret: ClientSecret
    }

    /// Runs the suite for a client whose only secret is `old`.
    public func run(old: ClientSecret) async -> Result {
        if server.capabilities.shape == .single { return await runSingle(old: old) }
        var found = Violations()
        var inForce = old
        await found.check("reads change nothing") { try await reads(&$0, old) }
        if server.capabilities.canWithdraw {
            await found.check("a secret is withdrawn") { try await withdraws(&$0, old) }
        } else {
            await found.check("the newest secret stays") { inForce = try await keeps(&$0, old) }
        }
        let present = inForce
        if server.capabilities.canDisable {
            await found.check("disabling is undone") { try await disables(&$0, present) }
        } else {
            await found.check("disabling is refused") { try await refusesDisabling(&$0, present) }
        }
        await found.check("a secret is replaced") { inForce = try await replaces(&$0, present) }
        return Result(violations: found.all, topics: found.topics, secret: inForce)
    }

    func reads(_ found: inout Violations, _ old: ClientSecret) async throws {
        let identities = (try await server.identity(), try await server.identity())
        found.expect(identities.0 == identities.1, "two identities differ")
        let problems = try await server.preflight(overlap: .hours(1))
            .filter { $0.severity == .problem }
        found.expect(problems.isEmpty, "preflight has problems: \(problems.map(\.code))")
        let listed = try await server.credentials(knowing: KnownSecrets(old: old))
        found.expect(listed.count == 1, "not one secret but \(listed.count) to begin with")
        found.expect(listed.first?.isEnabled ?? false, "the only secret is not enabled")
        if server.capabilities.recognition == .label {
            found.expect(listed.first?.isOther == false, "the old secret is taken for another's")
        }
        if recognisesValues {
            found.expect(listed.first?.holds == .old, "the old secret isn't recognised")
            let unknown = try await server.credentials(knowing: KnownSecrets(new: makeSecret()))
            found.expect(unknown.first?.holds == nil, "a secret is taken for another one")
        }
        try await expect(&found, old, isAccepted: true, "the old secret")
        try await expect(&found, makeSecret(), isAccepted: false, "a made-up secret")
    }

    private func withdraws(_ found: inout Violations, _ old: ClientSecret) async throws {
        let (id, new) = try await createsBeside(&found, old)
        let known = KnownSecrets(old: old, new: new)
        for _ in 1...2 { try await server.delete(id, keeping: old) }
        try await expect(&found, old, isAccepted: true, "the old secret after a withdrawal")
        try await expect(&found, new, isAccepted: false, "a withdrawn secret")
        let left = try await server.credentials(knowing: known)
        found.expect(left.count == 1, "\(left.count) secrets are left after a withdrawal")
    }

    /// The other side of it: the refusal changes nothing, and the old one can be deleted after it.
    private func keeps(_ found: inout Violations, _ old: ClientSecret) async throws
        -> ClientSecret
    {
        let before = try await server.credentials(knowing: KnownSecrets(old: old))
        let (id, new) = try await createsBeside(&found, old)
        do throws(AdapterError) {
            try await server.delete(id, keeping: old)
            found.expect(false, "the newest secret was withdrawn after all")
        } catch {
            found.expect(error.kind == .refused, "a withdrawal: \(error.code)")
        }
        try await expect(&found, old, isAccepted: true, "the old secret after a refusal")
        try await expect(&found, new, isAccepted: true, "the new secret after a refusal")
        let listed = try await server.credentials(knowing: KnownSecrets(old: old, new: new))
        let byValue = listed.first { $0.holds == .old }?.id
        guard let oldID = byValue ?? before.first?.id, oldID != id else {
            found.expect(false, "the old one isn't recognised")
            return old
        }
        try await server.delete(oldID, keeping: new)
        try await expect(&found, old, isAccepted: false, "a deleted secret")
        return new
    }

    private func createsBeside(_ found: inout Violations, _ old: ClientSecret) async throws
        -> (id: CredentialID, secret: ClientSecret)
    {
        let (id, new) = try await create(&found, beside: old)
        try await expect(&found, old, isAccepted: true, "the old secret beside a new one")
        try await expect(&found, new, isAccepted: true, "the new secret")
        let known = KnownSecrets(old: old, new: new)
        let listed = try await server.credentials(knowing: known)
        found.expect(listed.count == 2, "not two secrets but \(listed.count) while both live")
        if server.capabilities.recognition == .label {
            let label = listed.first { $0.id == id }?.label
            found.expect(label == "contract", "the new one's label is \(label ?? "absent")")
        }
        if recognisesValues {
            found.expect(listed.first { $0.holds == .new }?.id == id, "the new one has another id")
            found.expect(listed.contains { $0.holds == .old }, "the old one isn't recognised")
        }
        try await expectFull(&found, beside: listed.count, keeping: old)
        return (id, new)
    }

    private func disables(_ found: inout Violations, _ old: ClientSecret) async throws {
        let (id, new) = try await create(&found, beside: old)
        let known = KnownSecrets(old: old, new: new)
        guard let oldID = try await self.id(of: .old, known) else {
            return found.expect(false, "the old one isn't recognised")
        }
        for _ in 1...2 { try await server.disable(oldID) }
        try await expect(&found, old, isAccepted: false, "a disabled secret")
        try await expect(&found, new, isAccepted: true, "the other one")
        let listed = try await server.credentials(knowing: known)
        found.expect(listed.first { $0.id == oldID }?.isEnabled == false, "it isn't listed so")
        for _ in 1...2 { try await server.enable(oldID) }
        try await expect(&found, old, isAccepted: true, "an enabled secret")
        try await server.delete(id, keeping: old)
    }

    func refusesDisabling(_ found: inout Violations, _ old: ClientSecret) async throws {
        let known = KnownSecrets(old: old)
        let id = try await server.credentials(knowing: known).first?.id
        do throws(AdapterError) {
            try await server.disable(id ?? CredentialID(rawValue: "none"))
            found.expect(false, "it says that a secret was disabled, and can't disable any")
        } catch {
            found.expect(error.kind == .refused, "it is refused with \(error.code)")
        }
        try await expect(&found, old, isAccepted: true, "the old secret")
    }

    private func replaces(_ found: inout Violations, _ old: ClientSecret) async throws
        -> ClientSecret
    {
        // What can't be told by its value is the only one there is.
        let before = try await server.credentials(knowing: KnownSecrets(old: old))
        let (newID, new) = try await create(&found, beside: old)
        let byValue = try await id(of: .old, KnownSecrets(old: old, new: new))
        guard let oldID = recognisesValues ? byValue : before.first?.id else {
            found.expect(false, "the old one isn't recognised")
            return old
        }
        if server.capabilities.canDisable { try await server.disable(oldID) }
        for _ in 1...2 { try await server.delete(oldID, keeping: new) }
        try await expect(&found, old, isAccepted: false, "a deleted secret")
        try await expect(&found, new, isAccepted: true, "the one that replaced it")
        let left = try await server.credentials(knowing: KnownSecrets(old: old, new: new))
        let isOnlyNew = recognisesValues ? left.map(\.holds) == [.new] : left.map(\.id) == [newID]
        found.expect(isOnlyNew, "not only the new secret is left")
        return new
    }

    var recognisesValues: Bool {
        [.value, .trial].contains(server.capabilities.recognition)
    }

    /// Whether the caller makes the values.
    var isChosen: Bool { server.capabilities.origin == .client }

    /// A label is never given twice at a time, since servers may refuse that.
    func create(
        _ found: inout Violations, beside old: ClientSecret, label: String = "contract"
    ) async throws -> (id: CredentialID, secret: ClientSecret) {
        let supplied = isChosen ? makeSecret() : nil
        let listed = try await server.credentials(knowing: KnownSecrets(old: old))
        let inForce = listed.first { $0.holds == .old } ?? listed.first
        let created = try await server.create(
            supplied, beside: inForce?.id ?? CredentialID(rawValue: "none"), label: label)
        found.expect((created.secret == nil) == (supplied != nil), "the value's origin is wrong")
        return (created.id, try supplied ?? created.secret ?? { throw NoValue() }())
    }

    private struct NoValue: Error {}

    private func id(of role: SecretRole, _ known: KnownSecrets) async throws -> CredentialID? {
        try await server.credentials(knowing: known).first { $0.holds == role }?.id
    }

    /// One secret more than the limit is refused, and nothing is pushed out.
    private func expectFull(
        _ found: inout Violations, beside count: Int, keeping survivor: ClientSecret
    ) async throws {
        // Of two registrations the idle one is overwritten again.
        guard server.capabilities.limit < .max, server.capabilities.shape != .pair else { return }
        guard server.capabilities.shape == .list else {
            // Slots that can't be read don't say that they are full.
            if server.capabilities.recognition == .trial { return }
            return try await expectRefused(&found)
        }
        var more: [CredentialID] = []
        while count + more.count < server.capabilities.limit {
            more.append(
                try await create(&found, beside: survivor, label: "contract-\(more.count)").id)
        }
        try await expectRefused(&found)
        for id in more { try await server.delete(id, keeping: survivor) }
    }

    private func expectRefused(_ found: inout Violations) async throws {
        do throws(AdapterError) {
            _ = try await server.create(isChosen ? makeSecret() : nil, label: "contract-above")
            found.expect(false, "a secret above the limit was made")
        } catch {
            found.expect(error.kind == .limitReached, "a secret above the limit: \(error.code)")
        }
    }

    func expect(
        _ found: inout Violations, _ secret: ClientSecret, isAccepted: Bool, _ which: String
    ) async throws {
        for connection in [ProbeConnection.kept, .fresh] {
            let result = try await server.authenticate(with: secret, connection: connection)
            let wasAccepted = result == .accepted
            found.expect(
                wasAccepted == isAccepted, "\(which) is \(wasAccepted ? "accepted" : "refused")")
        }
    }
}
