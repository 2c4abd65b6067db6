/// What one version of a parameter is like, but for what it holds.
struct ParameterTraits: Decodable, Sendable {
    let number: Int
    let keyID: String?
    let tier: String?
    let allowedPattern: String?
    let description: String?
    let dataType: String?
    let labels: [String]?
    let policies: [Policy]?

    /// What happens to the parameter at a moment.
    struct Policy: Decodable, Sendable {
        let type: String?

        enum CodingKeys: String, CodingKey { case type = "PolicyType" }
    }

    enum CodingKeys: String, CodingKey {
        case number = "Version"
        case keyID = "KeyId"
        case tier = "Tier"
        case allowedPattern = "AllowedPattern"
        case description = "Description"
        case dataType = "DataType"
        case labels = "Labels"
        case policies = "Policies"
    }

    /// What the next version has to be told, to be the same.
    var kept: [(name: String, value: String)] {
        let all = [
            ("KeyId", keyID), ("Tier", tier), ("AllowedPattern", allowedPattern),
            ("Description", description), ("DataType", dataType),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    /// How many bytes a value may have in its tier.
    var cap: Int { tier == "Advanced" ? 8192 : 4096 }
    /// Whether the parameter deletes itself at a moment.
    var expires: Bool { policies?.contains { $0.type == "Expiration" } ?? false }
}
