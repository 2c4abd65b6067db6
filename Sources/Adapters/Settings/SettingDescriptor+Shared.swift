import RotationCore

/// What most adapters take, in the words of all of them.
extension SettingDescriptor {
    /// Where a store holds the client_id, which changes too where two registrations take turns.
    static let clientIDField = SettingDescriptor(
        "client_id_field", .text,
        summary: "where the client_id stands in it, for `strategy: blue-green`; left out: nowhere")

    /// Where a store has room for the secret that consumers try where the other one is refused.
    static let candidateField = SettingDescriptor(
        "candidate_field", .text,
        summary: "where a second secret stands in it, for consumers that try both; left out: "
            + "nowhere")

    /// The scope that a probe asks for.
    static let scope = SettingDescriptor(
        "scope", .text, summary: "the scope to ask for when a secret is tried")

    /// How consumers present the secret, which is how it is tried.
    static func authMethod(_ standard: TokenProbe.Method = .basic) -> SettingDescriptor {
        SettingDescriptor(
            "token_endpoint_auth_method", .choice(TokenProbe.Method.allCases.map(\.rawValue)),
            summary: "how consumers present the secret; \(standard.rawValue) if left out")
    }

    /// Who administers, where a client fetches access tokens with its secret; `summary` says which
    /// client, `more` what else it takes.
    static func adminClient(_ summary: String, _ more: SettingDescriptor...) -> SettingDescriptor {
        SettingDescriptor(
            "admin",
            .group(
                [
                    SettingDescriptor("client_id", .text, required: true, summary: summary),
                    SettingDescriptor(
                        "client_secret", .reference, required: true, summary: "its secret"),
                ] + more), required: true, summary: "who administers")
    }

    /// A command; `noun` is what it is.
    static func command(_ noun: String) -> SettingDescriptor {
        SettingDescriptor(
            "command", .texts, required: true,
            summary: "the \(noun) and its arguments, one text each; there is no shell")
    }

    /// Who administers, where a token that was made once is enough; `summary` says whose.
    ///
    /// It may be left out where the admin API asks nobody who they are, as `unlessAsked` says.
    static func adminToken(_ summary: String, unlessAsked: String? = nil) -> SettingDescriptor {
        SettingDescriptor(
            "admin",
            .group([SettingDescriptor("token", .reference, required: true, summary: summary)]),
            required: unlessAsked == nil,
            summary: unlessAsked.map { "who administers; \($0)" } ?? "who administers")
    }

    /// Whom to trust.
    static let caFile = SettingDescriptor(
        "ca_file", .path, summary: "the only authorities to trust, as PEM file")
}
