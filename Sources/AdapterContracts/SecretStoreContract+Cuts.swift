import RotationCore

/// Writes of which one call is cut: what the port says they came to, and whether the write that
/// follows, as the engine makes it, ends as if nothing had been.
extension SecretStoreContract {
    func cutWrites(_ found: inout Violations) async throws {
        guard let cutting else { return }
        for number in 1... {
            for cut in StoreCut.all(of: number) {
                guard try await isKept(at: cut, try await cutting(cut), &found) else { return }
            }
        }
    }

    /// False where a write hasn't as many calls.
    private func isKept(at cut: StoreCut, _ torn: CutStore, _ found: inout Violations)
        async throws -> Bool
    {
        let value = "cut-\(cut.number)-\(cut.isDone)-\(cut.isDeath)-0004"
        let before = try await store.read()
        let made = try await versions?()
        let error = await Self.error { () async throws(AdapterError) in
            try await torn.store.write(ClientSecret(value), replacing: before?.version)
        }
        guard torn.isReached() else {
            found.expect(error == nil, "a write that is not cut throws \(error?.code ?? "")")
            found.expect(cut.number > 1, "no call of a write was cut")
            return false
        }
        let seen = try await store.read()
        let isWritten = holds(seen, value)
        let isLeft = Self.same(seen, before)
        found.expect(isWritten || isLeft, "\(cut): consumers read a third value")
        found.expect(error != nil || isWritten, "\(cut): nothing was written, and nothing is said")
        found.expect(
            !(error?.provesNoEffect ?? false) || isLeft,
            "\(cut): \(error?.code ?? "") says that nothing was written, and it was")
        // What the engine does next, in this run or in another.
        if !isWritten { try await store.write(ClientSecret(value), replacing: seen?.version) }
        try await store.sweep()
        found.expect(holds(try await store.read(), value), "\(cut): the next write isn't read back")
        if let made, let now = try await versions?() {
            found.expect(now <= made + 1, "\(cut): one write made \(now - made) versions")
        }
        return true
    }

    private static func error(_ body: () async throws(AdapterError) -> Void) async -> AdapterError?
    {
        do throws(AdapterError) { try await body() } catch { return error }
        return nil
    }
}

extension SecretStoreContract {
    /// Everything that a client secret may be made of (RFC 6749, appendix A.2).
    private static let characters = String(
        String.UnicodeScalarView((0x20...0x7E).compactMap(UnicodeScalar.init)))

    /// A value with every character is read back as it was written, or refused and not written.
    func everyCharacter(_ found: inout Violations) async throws {
        let before = try await store.read()
        let value = "a\(Self.characters)z"
        do throws(AdapterError) {
            try await store.write(ClientSecret(value), replacing: before?.version)
            found.expect(holds(try await store.read(), value), "a character isn't read back")
        } catch {
            found.expect(error.kind == .refused, "not refused but \(error.kind): \(error.code)")
            found.expect(
                Self.same(try? await store.read(), before), "a refused value was written")
        }
    }

    /// What isn't named in a write stays as it was.
    func neighbours(_ found: inout Violations) async throws {
        let can = store.capabilities
        guard can.holdsClientID || can.holdsCandidate else { return }
        let client = can.holdsClientID ? ClientID(rawValue: "neighbour") : nil
        let candidate = can.holdsCandidate ? ClientSecret("candidate-0005") : nil
        try await store.write(
            StoreContent(ClientSecret(values[0]), client: client, candidate: candidate),
            replacing: try await store.read()?.version)
        for value in values.prefix(2) {
            let seen = try await store.read()
            found.expect(seen?.client == client, "the client_id isn't read back")
            let isBeside = candidate.map { seen?.candidate?.matches($0) ?? false } ?? true
            found.expect(isBeside, "the candidate isn't read back")
            try await store.write(ClientSecret(value), replacing: seen?.version)
        }
    }

    /// Cleaning up changes nothing that anybody reads, however often.
    func sweeping(_ found: inout Violations) async throws {
        let before = try await store.read()
        for _ in 1...2 { try await store.sweep() }
        let after = try await store.read()
        found.expect(Self.same(before, after), "a sweep changed the value")
        found.expect(before?.version == after?.version, "a sweep changed the version")
    }
}
