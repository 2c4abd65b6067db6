import RotationCore

extension BarbicanStore {
    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = api.admin.login.findings
        do throws(AdapterError) {
            let held = try await held(in: try await api.secrets())
            if let obstacle = Self.obstacle(to: held.text, as: held.form) {
                findings.append(Self.finding(.problem, obstacle.code, obstacle.reason))
            }
            if try await !api.isOpen(held.id) {
                findings.append(Self.finding(.problem, "private", Self.privacy))
            }
            if try text.stored(in: held.text, at: StoreVersion(rawValue: held.id)) == nil {
                findings.append(
                    Self.finding(.problem, "field-missing", "the secret lacks the field"))
            }
            findings += Self.surprises(in: held.secret)
            findings += try await metadata(of: held.id)
            findings += try await room()
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    /// What a new secret has in common with the old one, or hasn't, to people's surprise.
    private static func surprises(in secret: BarbicanSecret) -> [Finding] {
        var findings: [Finding] = []
        if secret.expiration != nil {
            findings.append(
                finding(
                    .warning, "expires",
                    "the secret has an expiration, after which nobody can read it, and the next "
                        + "one has the same"))
        }
        if secret.consumers?.isEmpty == false {
            let names = Set(secret.consumers?.compactMap(\.service) ?? []).sorted()
            findings.append(
                finding(
                    .warning, "consumers",
                    "\(safeText(names.joined(separator: ", "))) said to use this very secret, by "
                        + "its reference: a new one has another"))
        }
        return findings
    }

    private func metadata(of id: String) async throws(AdapterError) -> [Finding] {
        guard try await api.hasMetadata(id) else { return [] }
        return [
            Self.finding(
                .warning, "metadata",
                "the newest secret has metadata of yours, which the next one won't have")
        ]
    }

    /// Whether a rotation and its rollback find room for their secrets, as far as that may be seen.
    private func room() async throws(AdapterError) -> [Finding] {
        do throws(AdapterError) {
            guard let room = try await api.room(), room < 2 else { return [] }
            let words = "the project's quota has room for \(max(0, room)) secrets"
            return [
                room < 1
                    ? Self.finding(.problem, "quota", words)
                    : Self.finding(.warning, "quota", "\(words): none for a rollback")
            ]
        } catch {
            // A rotation does without that right.
            guard [.unauthorized, .missing].contains(error.kind) else { throw error }
            return []
        }
    }

    private static func finding(
        _ severity: Finding.Severity, _ code: String, _ reason: String
    ) -> Finding {
        Finding(severity, code: "barbican-\(code)", message: "barbican: \(reason)")
    }
}
