import ClientCredentials
import RotationCore

extension ServerParts {
    /// What ``googleLogin(_:caFile:)`` takes.
    static let googleLogin = [
        SettingDescriptor("key", .reference, summary: "a service account's key, as JSON"),
        SettingDescriptor(
            "token", .reference, summary: "an access token that was made elsewhere"),
    ]

    /// A service account with its `key`, or a `token` that was made elsewhere.
    func googleLogin(_ admin: Settings, caFile: String?) async throws(AdapterError) -> AdminLogin {
        let (key, token) = (try admin.reference("key"), try admin.reference("token"))
        guard (key == nil) != (token == nil), let reference = key ?? token else {
            throw admin.invalid("key", "or token must be there, not both")
        }
        guard key != nil else { return try await login(reference, of: admin) }
        let value = try await resolver.resolve(reference, for: admin.adapter)
        guard let account = GoogleServiceAccountKey(value), let url = account.tokenEndpoint,
            let signer = try? await account.assertionKey()
        else { throw admin.invalid("key", "is not the JSON of a service account's key") }
        let endpoint = TokenEndpoint(
            url: url, scope: "https://www.googleapis.com/auth/cloud-platform", grant: .jwtBearer,
            caFile: caFile)
        return AdminLogin(
            adapter: admin.adapter, proof: .tokens(tokens, endpoint, .privateKeyJWT(signer)),
            findings: resolver.findings(about: [reference], for: admin.adapter))
    }
}
