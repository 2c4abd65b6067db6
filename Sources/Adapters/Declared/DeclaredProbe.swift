import ClientCredentials
import HTTPTransport
import RotationCore

/// How a secret is tried at a server of somebody's own.
enum DeclaredProbe {
    static let settings = [
        SettingDescriptor(
            "token_endpoint", .url, required: true, summary: "where a secret is tried"),
        SettingDescriptor("scope", .text, summary: "the scope to ask for when a secret is tried"),
        SettingDescriptor(
            "token_endpoint_auth_method", .choice(TokenProbe.Method.allCases.map(\.rawValue)),
            summary: "how consumers present the secret; client_secret_basic if left out"),
        SettingDescriptor(
            "refusals", .texts,
            summary: "what a dead secret is answered with: status and error; "
                + "[401 invalid_client] if left out"),
        SettingDescriptor("ca_file", .path, summary: "the only authorities to trust, as PEM file"),
    ]

    static func read(_ settings: Settings, _ clientID: String, _ http: any HTTPClient)
        throws(AdapterError) -> TokenProbe
    {
        guard let endpoint = try settings.address("token_endpoint") else {
            throw settings.invalid("token_endpoint", "is missing")
        }
        let refusals = try refusals(settings)
        return TokenProbe(
            adapter: settings.adapter,
            endpoint: TokenEndpoint(
                url: endpoint, scope: try settings.text("scope"), caFile: try settings.caFile()),
            clientID: clientID,
            method: try settings.choice("token_endpoint_auth_method", default: .basic),
            http: http, isRefusal: { refusals.contains(Refusal(status: $0, error: $1)) })
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
