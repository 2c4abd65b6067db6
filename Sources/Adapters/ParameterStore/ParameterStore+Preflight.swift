import RotationCore

extension ParameterStore {
    /// How many versions are kept; the oldest goes when another one is made, unless it has a label.
    private static let versions = 100

    func preflight() async throws(AdapterError) -> [Finding] {
        var findings = api.api.admin.login.findings
        do throws(AdapterError) {
            _ = try await identity()
            findings += Self.findings(in: try await api.history())
            if try await read() == nil {
                let isLabelled = try await api.version(at: label) != nil
                findings.append(
                    isLabelled
                        ? Self.finding(.problem, "field-missing", "the parameter lacks the field")
                        : Self.finding(.problem, "no-value", "no version has the label yet"))
            }
        } catch {
            findings.append(try error.finding())
        }
        return findings
    }

    private static func findings(in history: [ParameterTraits]) -> [Finding] {
        var findings: [Finding] = []
        if history.count >= versions, !(history.first?.labels ?? []).isEmpty {
            findings.append(
                finding(
                    .problem, "version-limit",
                    "the oldest of \(versions) versions has a label, and would have to go"))
        }
        if history.last?.expires ?? false {
            findings.append(
                finding(.warning, "expires", "a policy deletes the parameter at a moment"))
        }
        return findings
    }

    private static func finding(
        _ severity: Finding.Severity, _ code: String, _ reason: String
    ) -> Finding {
        Finding(
            severity, code: "aws-ssm-parameter-\(code)", message: "aws-ssm-parameter: \(reason)")
    }
}
