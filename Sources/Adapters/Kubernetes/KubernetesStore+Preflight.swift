import RotationCore

extension KubernetesStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = warnings
        do throws(AdapterError) {
            let rights = try await api.rights(["get", "patch"], to: place)
            findings += rights
            if rights.contains(where: { $0.code.hasSuffix("-to-get") }) { return findings }
            let secret = try await secret()
            findings += obstacles(in: secret).map { finding(.problem, $0.code, $0.reason) }
            findings += try content(of: secret)
            findings += secret.otherWriters(of: keys.secret).map {
                finding(
                    .warning, "other-writer",
                    "two writers ahead: \(safeText($0)) writes the Secret too, and may put an old "
                        + "value back; rotate at its source, or take the key out of its hands")
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private func content(of secret: KubernetesSecret) throws(AdapterError) -> [Finding] {
        guard let value = try secret.text(keys.secret) else {
            return [finding(.problem, "field-missing", "the Secret lacks the key")]
        }
        // `echo` ends what it prints with one, and nothing takes it away again.
        guard value.last?.isNewline ?? false else { return [] }
        return [
            finding(
                .warning, "line-end",
                "the value ends with a line break, which is a part of the secret here")
        ]
    }

    /// What would keep a write from working, or from staying.
    func obstacles(in secret: KubernetesSecret) -> [(code: String, reason: String)] {
        var obstacles: [(code: String, reason: String)] = []
        if secret.immutable ?? false {
            obstacles.append(
                (
                    "immutable",
                    "the Secret is immutable, for good: make another one that isn't, name it in "
                        + "the plan, and have the workloads read that"
                ))
        }
        if secret.metadata.deletionTimestamp != nil {
            obstacles.append(("being-deleted", "the Secret is being deleted"))
        }
        if let controller = secret.controller {
            obstacles.append(
                (
                    "owned",
                    "\(safeText(controller)) owns the Secret as its controller, and would write "
                        + "its own value back: rotate at its source, or name a Secret that it "
                        + "doesn't own"
                ))
        }
        return obstacles
    }

    private func finding(_ severity: Finding.Severity, _ code: String, _ reason: String)
        -> Finding
    {
        Finding(
            severity, code: "\(KubernetesAPI.adapter)-\(code)",
            message: "\(KubernetesAPI.adapter): \(reason)")
    }
}
