import ClientCredentials
import RotationCore

extension ServerParts {
    /// The settings of whoever calls a service of Google.
    static let googleSettings: [SettingDescriptor] = [
        SettingDescriptor("key", .reference, summary: "a service account's key, as JSON"),
        SettingDescriptor(
            "token", .reference, summary: "an access token that was made elsewhere"),
        SettingDescriptor(
            "metadata", .boolean,
            summary: "true: the service account of this machine, as Google's metadata server "
                + "gives tokens of it"),
    ]

    /// A service account with its `key`, a `token` that was made elsewhere, or this machine's own
    /// service account; the tokens are for calls to `url`.
    func googleLogin(_ admin: Settings, at url: String, caFile: String?)
        async throws(AdapterError) -> AdminLogin
    {
        let (key, token) = (try admin.reference("key"), try admin.reference("token"))
        if try admin.boolean("metadata", default: false) {
            guard key == nil, token == nil else {
                throw admin.invalid("metadata", "and key or token can't both be there")
            }
            // Whoever writes a plan needs no reference for it, so it must not go to just anybody.
            guard Self.isGoogle(url) else {
                throw admin.invalid("metadata", "is for addresses of googleapis.com only")
            }
            return AdminLogin(adapter: admin.adapter, proof: .metadata(metadata), findings: [])
        }
        guard (key == nil) != (token == nil), let reference = key ?? token else {
            throw admin.invalid("key", "or token or metadata must be there, and one of them only")
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

    /// Whether `url` is a service of Google, or a server on this host.
    static func isGoogle(_ url: String) -> Bool {
        guard let origin = ServerAddress(url)?.origin else { return false }
        // Plain http is for loopback literals alone.
        guard origin.hasPrefix("https://") else { return true }
        let host = origin.dropFirst("https://".count)
        return host.hasSuffix(".googleapis.com") && !host.contains(":")
    }
}
