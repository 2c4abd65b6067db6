import RotationCore

/// The suite for servers that hold one secret, where creating replaces.
extension AuthorizationServerContract {
    func runSingle(old: ClientSecret) async -> Result {
        var found = Violations()
        var inForce = old
        await found.check("reads change nothing") { try await reads(&$0, old) }
        await found.check("disabling is refused") { try await refusesDisabling(&$0, old) }
        await found.check("a secret is replaced") { inForce = try await switches(&$0, old) }
        let new = inForce
        await found.check("what is in force stays") { try await stays(&$0, new) }
        if server.capabilities.canWithdraw {
            await found.check("the old secret is put back") {
                inForce = try await goesBack(&$0, from: new, to: old)
            }
            await found.check("a secret is replaced again") {
                inForce = try await switches(&$0, inForce)
            }
        } else {
            await found.check("the way back is refused") {
                try await refusesTheWayBack(&$0, from: new, to: old)
            }
        }
        return Result(violations: found.all, topics: found.topics, secret: inForce)
    }

    /// The old one is refused from then on, and isn't taken for what is listed.
    private func switches(_ found: inout Violations, _ old: ClientSecret) async throws
        -> ClientSecret
    {
        let (id, new) = try await create(&found, beside: old)
        try await expect(&found, new, isInForce: id, insteadOf: old)
        guard recognisesValues else { return new }
        let stale = try await server.credentials(knowing: KnownSecrets(old: old))
        found.expect(stale.map(\.holds) == [nil], "the one in force is taken for the replaced one")
        return new
    }

    /// Whatever says again what is so already changes nothing.
    private func stays(_ found: inout Violations, _ new: ClientSecret) async throws {
        guard let id = try await server.credentials(knowing: KnownSecrets(new: new)).first?.id
        else { return found.expect(false, "no secret is listed") }
        for _ in 1...2 { try await server.delete(id, keeping: new) }
        try await expect(&found, new, isInForce: id, insteadOf: nil)
        guard isChosen else { return }
        for _ in 1...2 {
            let again = try await server.create(new, label: "contract")
            found.expect(again.id == id, "the same value has another id")
            found.expect(again.secret == nil, "the value's origin is wrong")
        }
        try await expect(&found, new, isInForce: id, insteadOf: nil)
    }

    private func goesBack(
        _ found: inout Violations, from new: ClientSecret, to old: ClientSecret
    ) async throws -> ClientSecret {
        let known = KnownSecrets(old: old, new: new)
        guard let id = try await server.credentials(knowing: known).first?.id else {
            found.expect(false, "no secret is listed")
            return new
        }
        for _ in 1...2 { try await server.delete(id, keeping: old) }
        try await expect(&found, old, isAccepted: true, "the old secret, put back")
        try await expect(&found, new, isAccepted: false, "the one that was taken back")
        let listed = try await server.credentials(knowing: known)
        found.expect(listed.count == 1, "not one secret but \(listed.count) after the way back")
        if recognisesValues {
            found.expect(listed.first?.holds == .old, "the old secret isn't recognised again")
        }
        return old
    }

    private func refusesTheWayBack(
        _ found: inout Violations, from new: ClientSecret, to old: ClientSecret
    ) async throws {
        let known = KnownSecrets(old: old, new: new)
        guard let id = try await server.credentials(knowing: known).first?.id else {
            return found.expect(false, "no secret is listed")
        }
        for _ in 1...2 {
            do throws(AdapterError) {
                try await server.delete(id, keeping: old)
                found.expect(false, "the old secret was put back after all")
            } catch {
                found.expect(error.kind == .refused, "the way back: \(error.code)")
            }
        }
        try await expect(&found, new, isInForce: id, insteadOf: old)
    }

    private func expect(
        _ found: inout Violations, _ secret: ClientSecret, isInForce id: CredentialID,
        insteadOf old: ClientSecret?
    ) async throws {
        try await expect(&found, secret, isAccepted: true, "the secret in force")
        if let old { try await expect(&found, old, isAccepted: false, "the replaced secret") }
        let known = KnownSecrets(old: old, new: secret)
        let listed = try await server.credentials(knowing: known)
        found.expect(listed.map(\.id) == [id], "not only the secret in force is listed")
        found.expect(listed.first?.isEnabled ?? false, "the secret in force is not enabled")
        if recognisesValues {
            found.expect(listed.first?.holds == .new, "the secret in force isn't recognised")
        }
    }
}
