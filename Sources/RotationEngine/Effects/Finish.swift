import RotationCore

extension RotationDriver {
    /// The last look; what is sealed is shredded with the state.
    ///
    /// Phase `close`.
    func close() async throws -> StepResult {
        // The server is looked at last: what happens behind that is nobody's to know.
        if let obstacle = try await settleStores(.new) { return obstacle }
        let server = try await server()
        let listed = try await listed(server)
        guard listed.contains(where: { $0.id == rotation.newCredential }) else {
            return .holds(.newSecretGone, "the server no longer lists the new secret")
        }
        if let orphan = ours(in: listed) ?? leftBehind(in: listed) {
            return try await sweep(orphan, keeping: .new, server)
        }
        return .moved(.done, ["new": rotation.newCredential?.rawValue ?? ""])
    }

    /// What couldn't be deleted while it was the newest.
    private func leftBehind(in listed: [Credential]) -> CredentialID? {
        rotation.body.leftBehind?.first { left in listed.contains { $0.id == left } }
    }

    /// Deletes what a creation left behind, and looks again.
    func sweep(
        _ orphan: CredentialID, keeping role: SecretRole, _ server: any AuthorizationServer
    ) async throws -> StepResult {
        let survivor = try secret(role)
        try await mutate(.delete, on: orphan.rawValue, isServer: true) {
            () async throws(AdapterError) in try await server.delete(orphan, keeping: survivor)
        }
        return .waits(.unknownOutcome, "swept \(orphan.rawValue); looking again")
    }

    /// A secret that carries a label of this rotation, or its value, and isn't the recorded one.
    func ours(in listed: [Credential]) -> CredentialID? {
        let prefix = "holdover/\(rotation.id.rawValue)/"
        return listed.first { entry in
            guard entry.id != rotation.newCredential, entry.id != rotation.oldCredential else {
                return false
            }
            // By value too: a creation that came through late, when nobody waited for it any more.
            return entry.label?.hasPrefix(prefix) == true || entry.holds == .new
        }?.id
    }
}
