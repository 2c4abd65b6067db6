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
            summary: "what a dead secret is answered with: status and error, or [403] for a status "
                + "without a word; [401 invalid_client] if left out"),
        .caFile,
    ]

    static func read(_ settings: Settings, _ plan: Plan, _ parts: ServerParts)
        throws(AdapterError) -> TokenProbe
    {
        let refusals = try refusals(settings)
        // As it is written: a slash at its end is a part of some.
        _ = try settings.requiredAddress("token_endpoint")
        let url = try settings.requiredText("token_endpoint")
        var probe = try TokenProbe(
            settings, plan, parts, at: url,
            isRefusal: { refusals.contains(Refusal(status: $0, error: $1)) })
        let bare = refusals.filter { $0.error == BareRefusal.code }.map(\.status)
        probe.http = BareRefusal(statuses: Set(bare), http: parts.http)
        return probe
    }

    private struct Refusal: Hashable {
        let status: Int
        let error: String
    }

    private static func refusals(_ settings: Settings) throws(AdapterError) -> Set<Refusal> {
        var refusals: Set<Refusal> = []
        for text in try settings.texts("refusals") ?? ["401 invalid_client"] {
            let words = text.split(separator: " ")
            guard (1...2).contains(words.count), let status = Int(words[0]),
                (400..<500).contains(status)
            else {
                throw settings.invalid("refusals", "is no list such as [401 invalid_client]")
            }
            let error = words.count == 2 ? String(words[1]) : BareRefusal.code
            refusals.insert(Refusal(status: status, error: error))
        }
        return refusals
    }
}
