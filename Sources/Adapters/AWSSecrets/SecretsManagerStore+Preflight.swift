import RotationCore

extension SecretsManagerStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = api.api.admin.login.findings
        do throws(AdapterError) {
            _ = try await identity()
            let obstacles = obstacles(in: try await api.description())
            findings += obstacles.map { problem($0.code, $0.reason) }
            // One that is to be deleted doesn't show its value either.
            guard obstacles.isEmpty else { return findings }
            guard let held = try await api.current() else {
                return findings + [problem("no-value", "the secret has no value yet")]
            }
            if try await read() == nil {
                findings.append(problem("field-missing", "the secret lacks the field"))
            }
            if (held.text ?? "").utf8.count > SecretsManagerAPI.cap - 1024 {
                findings.append(
                    Finding(
                        .warning, code: "aws-secrets-manager-nearly-full",
                        message: "aws-secrets-manager: less than 1 KiB is left of the 64 KiB that "
                            + "a secret may have"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// What would keep a write from working, or from staying.
    func obstacles(in secret: SecretsManagerAPI.Description) -> [(code: String, reason: String)] {
        var obstacles: [(code: String, reason: String)] = []
        if secret.deletedAt != nil {
            obstacles.append(("scheduled-for-deletion", "the secret is to be deleted"))
        }
        if let owner = secret.owner {
            obstacles.append(
                ("owned", "the secret is managed by \(safeText(owner)), which writes it itself"))
        }
        if secret.isRotated ?? false {
            obstacles.append(
                (
                    "managed-rotation",
                    "Secrets Manager rotates the secret itself: two writers would fight over it"
                ))
        }
        if let primary = secret.primaryRegion, primary != region {
            obstacles.append(
                ("replica", "the secret is a replica; the original is in \(safeText(primary))"))
        }
        if let pending = secret.version(at: .pending), !VersionToken.made(pending),
            pending != secret.version(at: .current)
        {
            obstacles.append(
                (
                    "pending",
                    "somebody else's version is AWSPENDING: a rotation that was not finished"
                ))
        }
        return obstacles
    }

    private func problem(_ code: String, _ reason: String) -> Finding {
        Finding(
            .problem, code: "aws-secrets-manager-\(code)",
            message: "aws-secrets-manager: \(reason)")
    }
}
