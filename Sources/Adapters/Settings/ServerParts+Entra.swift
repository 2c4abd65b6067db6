import ClientCredentials
import RotationCore

extension ServerParts {
    /// What ``entraLogin(_:at:)`` takes; `application` is what the client must be.
    static func entraLogin(_ application: String) -> [SettingDescriptor] {
        [
            SettingDescriptor("client_id", .text, required: true, summary: application),
            SettingDescriptor("client_secret", .reference, summary: "its secret"),
            SettingDescriptor(
                "federated_token", .reference,
                summary: "a token of a federated identity, as workloads have one"),
        ]
    }

    /// An application of Entra that fetches tokens at `endpoint` with `client_id` and
    /// `client_secret` or `federated_token`.
    func entraLogin(_ admin: Settings, at endpoint: TokenEndpoint)
        async throws(AdapterError) -> AdminLogin
    {
        let clientID = try admin.requiredText("client_id")
        let token = try admin.reference("federated_token")
        let secret = try admin.reference("client_secret")
        guard (token == nil) != (secret == nil), let reference = token ?? secret else {
            throw admin.invalid("client_secret", "or federated_token must be there, not both")
        }
        let value =
            token == nil
            ? try await resolver.resolve(reference, for: admin.adapter)
            : try await resolver.resolveToken(reference, for: admin.adapter)
        let authentication = value.withPlaintext { text in
            token == nil
                ? ClientAuthentication.post(id: clientID, secret: text)
                : .assertion(id: clientID, token: text)
        }
        return AdminLogin(
            adapter: admin.adapter, proof: .tokens(tokens, endpoint, authentication),
            findings: resolver.findings(about: [reference], for: admin.adapter))
    }
}
