import RotationCore

/// A realm's client profiles, as far as they rotate secrets.
struct KeycloakProfiles: Decodable {
    let profiles: [Profile]?
    let globalProfiles: [Profile]?

    struct Profile: Decodable {
        let name: String
        let executors: [Executor]?
    }

    struct Executor: Decodable {
        let executor: String?
        let configuration: Configuration?
    }

    struct Configuration: Decodable {
        let rotatedExpiration: KeycloakSeconds?

        enum CodingKeys: String, CodingKey {
            case rotatedExpiration = "rotated-expiration-period"
        }
    }

    /// How long a rotated secret stays accepted, by profile.
    var rotations: [String: Span] {
        var found: [String: Span] = [:]
        for profile in (profiles ?? []) + (globalProfiles ?? []) {
            for executor in profile.executors ?? [] where executor.executor == "secret-rotation" {
                // Versions before 26.8 filled in two days.
                let seconds = executor.configuration?.rotatedExpiration?.count ?? 172_800
                found[profile.name] = .seconds(seconds)
            }
        }
        return found
    }
}

/// A realm's client policies.
struct KeycloakPolicies: Decodable {
    let policies: [Policy]?
    let globalPolicies: [Policy]?

    struct Policy: Decodable {
        let name: String?
        let enabled: Bool?
        let conditions: [Condition]?
        let profiles: [String]?

        /// Whether it covers a confidential client; nil where a condition can't be judged from
        /// here.
        var covers: Bool? {
            let verdicts = (conditions ?? []).map(\.covers)
            // A policy without a condition covers nobody.
            if verdicts.isEmpty || verdicts.contains(false) { return false }
            return verdicts.contains(nil) ? nil : true
        }
    }

    struct Condition: Decodable {
        let condition: String?
        let configuration: Configuration?

        struct Configuration: Decodable {
            let type: [String]?
            let isNegative: Bool?

            enum CodingKeys: String, CodingKey {
                case type
                case isNegative = "is-negative-logic"
            }
        }

        var covers: Bool? {
            let isNegative = configuration?.isNegative ?? false
            switch condition {
            case "any-client": return !isNegative
            case "client-access-type":
                return (configuration?.type ?? []).contains("confidential") != isNegative
            default: return nil
            }
        }
    }

    var enabled: [Policy] {
        ((policies ?? []) + (globalPolicies ?? [])).filter { $0.enabled ?? false }
    }
}

/// Seconds as a number, or as the text that the admin console sends.
struct KeycloakSeconds: Decodable {
    let count: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self), let number = Int64(text) {
            count = number
        } else {
            count = try container.decode(Int64.self)
        }
    }
}

/// What a realm's policies mean for one client's rotation.
enum KeycloakVerdict {
    /// What is found, for a plan that needs `overlap`.
    static func findings(
        _ profiles: KeycloakProfiles, _ policies: KeycloakPolicies, overlap: Span
    ) -> [Finding] {
        let rotations = profiles.rotations
        let relevant = policies.enabled.filter { policy in
            (policy.profiles ?? []).contains { rotations[$0] != nil }
        }
        guard let policy = relevant.first(where: { $0.covers == true }) else {
            guard relevant.contains(where: { $0.covers == nil }) else {
                return [
                    finding(
                        .problem, "no-rotation-policy",
                        "no enabled policy with the executor secret-rotation covers the client: "
                            + "its old secret would die at once")
                ]
            }
            return [
                finding(
                    .warning, "rotation-policy-unclear",
                    "a policy with the executor secret-rotation has conditions that can't be "
                        + "judged from here")
            ]
        }
        let shortest = (policy.profiles ?? []).compactMap { rotations[$0] }.min() ?? .zero
        guard shortest < overlap else { return [] }
        return [
            finding(
                .problem, "overlap-too-long",
                "a rotated secret is accepted for \(shortest), and the plan's overlap is \(overlap)"
            )
        ]
    }

    static func finding(_ severity: Finding.Severity, _ code: String, _ reason: String) -> Finding {
        Finding(severity, code: "keycloak-\(code)", message: "keycloak: \(reason)")
    }
}
