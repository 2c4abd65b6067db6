import RotationCore

extension GoogleSecretStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let held = try await api.newest()
            if try await read() == nil {
                findings.append(
                    Self.finding(.problem, "field-missing", "the secret lacks the field"))
            }
            if held.content.count > GoogleSecretAPI.cap - 1024 {
                findings.append(
                    Self.finding(
                        .warning, "nearly-full",
                        "less than 1 KiB is left of the 64 KiB that a secret may have"))
            }
            findings += try await end()
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// Whether the secret is deleted at a moment, as far as that may be seen.
    private func end() async throws(AdapterError) -> [Finding] {
        do throws(AdapterError) {
            guard try await api.description().expireTime != nil else { return [] }
            return [
                Self.finding(
                    .warning, "expires", "the secret is deleted at a moment, with all its versions")
            ]
        } catch {
            guard error.kind == .unauthorized else { throw error }
            // A rotation does without that right.
            return [
                Self.finding(
                    .warning, "not-described",
                    "whether the secret expires isn't seen: that needs secretmanager.secrets.get")
            ]
        }
    }

    private static func finding(
        _ severity: Finding.Severity, _ code: String, _ reason: String
    ) -> Finding {
        Finding(
            severity, code: "gcp-secret-manager-\(code)", message: "gcp-secret-manager: \(reason)")
    }
}
