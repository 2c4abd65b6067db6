import RotationCore

/// How a secret is tried at a server of somebody's own.
enum DeclaredProbe {
    static let settings = [
        SettingDescriptor(
            "token_endpoint", .url, required: true, summary: "where a secret is tried"),
        .scope,
        .authMethod(),
        SettingDescriptor(
            "refusals", .texts,
            summary: "what a dead secret is answered with: status and error; "
                + "[401 invalid_client] if left out"),
        .caFile,
    ]

    static func read(_ settings: Settings, _ plan: Plan, _ parts: ServerParts)
        throws(AdapterError) -> TokenProbe
    {
        let refusals = try refusals(settings)
        return try TokenProbe(
            settings, plan, parts, at: try settings.requiredAddress("token_endpoint"),
            isRefusal: { refusals.contains(Refusal(status: $0, error: $1)) })
    }

    private struct Refusal: Hashable {
        let status: Int
        let error: String
    }

    private static func refusals(_ settings: Settings) throws(AdapterError) -> Set<Refusal> {
        var refusals: Set<Refusal> = []
        for text in try settings.texts("refusals") ?? ["401 invalid_client"] {
            let words = text.split(separator: " ")
            guard words.count == 2, let status = Int(words[0]), (400..<500).contains(status) else {
                throw settings.invalid("refusals", "is no list such as [401 invalid_client]")
            }
            refusals.insert(Refusal(status: status, error: String(words[1])))
        }
        return refusals
    }
}
