import RotationCore

/// A secret store that is a secret of AWS Secrets Manager, or a field of a JSON document in one.
///
/// A write makes a version with an id that follows from what is written, labelled `AWSPENDING`, and
/// then moves `AWSCURRENT` to it from the version that was read: a comparison and a swap. Versions
/// can't be changed, so a version id stands for one document.
struct SecretsManagerStore: SecretStore {
    let api: SecretsManagerAPI
    let region: String
    let text: SecretText

    static let capabilities = StoreCapabilities(
        comparesAndSets: true, readable: true, versioned: true)

    var capabilities: StoreCapabilities { text.capabilities(Self.capabilities) }

    func identity() async throws(AdapterError) -> TargetIdentity {
        let arn = try await api.description().arn
        try assert(arn)
        return TargetIdentity(rawValue: "aws-secrets-manager:\(arn)")
    }

    /// That an ARN is the one of the plan, where it has one, and of the region of the plan.
    private func assert(_ arn: String) throws(AdapterError) {
        let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        let isHere = parts.count == 7 && parts[2] == "secretsmanager" && parts[3] == region
        guard isHere, !api.secret.hasPrefix("arn:") || api.secret == arn else {
            throw AdapterError(
                .wrongTarget, code: "aws-secrets-manager-other-secret",
                message: "aws-secrets-manager: the secret that answers is \(safeText(arn))")
        }
    }

    func read() async throws(AdapterError) -> StoredSecret? {
        guard let held = try await api.current() else { return nil }
        try assert(held.arn)
        return try stored(held)
    }

    private func stored(_ held: SecretsManagerAPI.Version) throws(AdapterError) -> StoredSecret? {
        guard let content = held.text else {
            throw refused("binary", "the secret holds bytes, and no text")
        }
        return try text.stored(in: content, at: StoreVersion(rawValue: held.id))
    }

    func write(_ content: StoreContent, replacing version: StoreVersion?)
        async throws(AdapterError)
    {
        guard let held = try await api.current() else {
            guard version == nil else { throw changed }
            throw refused("no-value", "the secret has no value yet: its first one is yours to put")
        }
        try assert(held.arn)
        guard try stored(held)?.version == version, let before = held.text else { throw changed }
        let after = try text.replacing(with: content, in: before)
        guard after.utf8.count <= SecretsManagerAPI.cap else {
            throw refused("too-big", "the document would have more than 65,536 bytes")
        }
        if let obstacle = obstacles(in: try await api.description()).first {
            throw refused(obstacle.code, obstacle.reason)
        }
        let token = VersionToken(
            secret: held.arn, version: held.id, held: before, text: after)
        try await api.put(after, as: token)
        try await promote(token, from: held.id)
        try await confirm(after)
    }

    /// Makes `token` the version that consumers read, unless somebody else was faster.
    private func promote(_ token: VersionToken, from old: String) async throws(AdapterError) {
        do throws(AdapterError) {
            try await api.move(.current, from: old, to: token.id)
        } catch {
            guard error.code == "aws-secrets-manager-\(SecretsManagerAPI.invalid)" else {
                throw error
            }
            // The label isn't where it was. It may be where it should be: what was read before may
            // have been out of date, and another process may make the same write.
            if try await api.description().version(at: .current) == token.id { return }
            // Whether that goes through or not: `sweep` does it again.
            try? await api.move(.pending, from: token.id)
            throw changed
        }
    }

    private func confirm(_ written: String) async throws(AdapterError) {
        let held: SecretsManagerAPI.Version?
        do throws(AdapterError) {
            held = try await api.current()
        } catch {
            throw error.leavingDoubt
        }
        // By what it holds: another version with the same text serves as well.
        guard held?.text == written else {
            throw AdapterError(
                .unknown, code: "aws-secrets-manager-not-as-written",
                message: "aws-secrets-manager: the secret does not hold what was just written")
        }
    }

    /// Takes `AWSPENDING` from a version of ours: it would keep others from rotating the secret.
    ///
    /// It has no intent in the journal, and needs none. One attempt that nobody reads by: consumers
    /// read `AWSCURRENT`, which is where it was, and the version stays. Done twice, the second one
    /// finds the label gone. Where another process is between its two steps, its version is still
    /// there to be promoted; and what a lost answer did, the next sweep sees.
    func sweep() async throws(AdapterError) {
        guard let version = try await api.description().version(at: .pending),
            VersionToken.made(version)
        else { return }
        do throws(AdapterError) {
            try await api.move(.pending, from: version)
        } catch {
            // Gone in the meantime.
            guard error.code == "aws-secrets-manager-\(SecretsManagerAPI.invalid)" else {
                throw error
            }
        }
    }

    private var changed: AdapterError {
        AdapterError(
            .conflict, code: "aws-secrets-manager-changed",
            message: "aws-secrets-manager: the secret was changed by somebody else")
    }

    func refused(_ code: String, _ reason: String) -> AdapterError {
        AdapterError(
            .refused, code: "aws-secrets-manager-\(code)",
            message: "aws-secrets-manager: \(reason)")
    }
}
