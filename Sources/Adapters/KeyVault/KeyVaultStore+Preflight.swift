import RotationCore

extension KeyVaultStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let held = try await api.newest()
            // Whether the versions may be listed, which every write does.
            _ = try await api.versions()
            if let obstacle = Self.obstacle(in: held) {
                findings.append(Self.finding(.problem, obstacle.code, obstacle.reason))
            }
            if try await read() == nil {
                findings.append(
                    Self.finding(.problem, "field-missing", "the secret lacks the field"))
            }
            findings += expiry(of: held)
            if (held.value ?? "").utf8.count > KeyVaultAPI.cap - 1024 {
                findings.append(
                    Self.finding(
                        .warning, "nearly-full",
                        "less than 1 KiB is left of the 25 KiB that a secret may have"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// Key Vault shows what has expired all the same; policies and consumers may mind.
    private func expiry(of held: KeyVaultVersion) -> [Finding] {
        guard let end = held.attributes?.exp else { return [] }
        let isOver =
            Instant(milliseconds: end.multipliedReportingOverflow(by: 1_000).partialValue)
            .since(now()) <= .zero
        return [
            isOver
                ? Self.finding(
                    .warning, "expired",
                    "the secret's expiry date is over, and the next version has the same")
                : Self.finding(
                    .warning, "expires",
                    "the secret has an expiry date, and the next version has "
                        + "the same")
        ]
    }

    private static func finding(
        _ severity: Finding.Severity, _ code: String, _ reason: String
    ) -> Finding {
        Finding(severity, code: "azure-key-vault-\(code)", message: "azure-key-vault: \(reason)")
    }
}
