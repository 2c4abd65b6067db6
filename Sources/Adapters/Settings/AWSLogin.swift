import RotationCore

/// The ways to log in to Amazon Web Services that plans may choose from.
struct AWSLogin: Sendable {
    private let settings: Settings
    private let region: String
    private let caFile: String?

    private var adapter: String { settings.adapter }

    /// The login to what `settings` describe, in `region`.
    init(_ settings: Settings, region: String) throws(AdapterError) {
        (self.settings, self.region) = (settings, region)
        caFile = try settings.caFile()
    }

    /// The settings of the group that says who calls.
    static let settings = [
        SettingDescriptor(
            "access_key_id", .reference, summary: "the id of an access key"),
        SettingDescriptor("secret_access_key", .reference, summary: "the access key itself"),
        SettingDescriptor(
            "session_token", .reference, summary: "what goes with it where it is temporary"),
        SettingDescriptor(
            "profile_file", .path, summary: "a shared credentials file, in place of the three"),
        SettingDescriptor(
            "profile", .text, summary: "the profile of that file; default if left out"),
        SettingDescriptor(
            "role_arn", .text, summary: "the role to take on with a web identity"),
        SettingDescriptor(
            "web_identity_token", .reference, summary: "the token of that identity"),
        SettingDescriptor(
            "sts_url", .url,
            summary: "who exchanges it; https://sts.REGION.amazonaws.com if left out"),
    ]

    /// Whether a text is a region's name, and may be a part of a host's.
    static func isRegion(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.first != "-" && text.last != "-"
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
    }

    /// The API of `service`, called by whom the group `group` says; `target` stands in front of the
    /// operations' names.
    func api(
        of service: String, by group: String, target: String, _ parts: ServerParts,
        rule: @escaping @Sendable (AWSFailure) -> (kind: AdapterError.Kind, code: String)?
    ) async throws(AdapterError) -> AWSAPI {
        let login = try await login(try settings.requiredGroup(group), for: service, parts)
        let address = try settings.address("url") ?? "https://\(service).\(region).amazonaws.com"
        return AWSAPI(
            admin: AdminAPI(
                address: address, caFile: caFile, login: login, http: parts.http,
                words: AWSAPI.words),
            target: target, rule: rule)
    }

    /// The login of the group `admin`, for requests to `service`.
    private func login(_ admin: Settings, for service: String, _ parts: ServerParts)
        async throws(AdapterError) -> AdminLogin
    {
        let key = try admin.reference("access_key_id")
        let file = try admin.text("profile_file")
        let role = try admin.text("role_arn")
        guard [key != nil, file != nil, role != nil].count(where: { $0 }) == 1 else {
            throw admin.invalid(
                "access_key_id", "or profile_file or role_arn must be there, and one of them only")
        }
        let (source, references): Source
        if let key {
            (source, references) = try await keys(key, admin, parts)
        } else if let role {
            (source, references) = try self.role(role, admin, parts)
        } else {
            (source, references) = try await profile(admin, parts)
        }
        return AdminLogin(
            adapter: adapter,
            proof: .signature(AWSSigner(region: region, service: service, now: parts.now), source),
            findings: parts.resolver.findings(about: references, for: adapter))
    }

    private typealias Source = (AWSKeySource, [SecretReference])

    private func keys(_ id: SecretReference, _ admin: Settings, _ parts: ServerParts)
        async throws(AdapterError) -> Source
    {
        let secret = try admin.requiredReference("secret_access_key")
        let session = try admin.reference("session_token")
        var token: ClientSecret?
        if let session { token = try await parts.resolver.resolve(session, for: adapter) }
        let keys = AWSKeys(
            accessKeyID: try await parts.resolver.resolve(id, for: adapter).withPlaintext { $0 },
            secretAccessKey: try await parts.resolver.resolve(secret, for: adapter),
            sessionToken: token)
        return (.fixed(keys), [id, secret] + (session.map { [$0] } ?? []))
    }

    private func profile(_ admin: Settings, _ parts: ServerParts)
        async throws(AdapterError) -> Source
    {
        let reference = SecretReference.file(try admin.absolutePath("profile_file"))
        let profile = try admin.text("profile") ?? "default"
        let keys = try await parts.resolver.resolve(reference, for: adapter)
            .withPlaintext { AWSKeys(profile: profile, in: $0) }
        guard let keys else {
            throw AdapterError(
                .missing, code: "\(adapter)-profile-missing",
                message: "\(adapter): \(safeText(reference.description)) has no access key for "
                    + "the profile \(safeText(profile))")
        }
        return (.fixed(keys), [reference])
    }

    private func role(_ arn: String, _ admin: Settings, _ parts: ServerParts)
        throws(AdapterError) -> Source
    {
        let token = try admin.requiredReference("web_identity_token")
        let service = try admin.address("sts_url") ?? "https://sts.\(region).amazonaws.com"
        let role = AWSRole(
            adapter: adapter, service: service, arn: arn, token: token, caFile: caFile)
        return (.role(role, parts.roles), [token])
    }
}
