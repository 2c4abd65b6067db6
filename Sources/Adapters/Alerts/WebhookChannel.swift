import Crypto
import FoundationEssentials
import HTTPTransport
import RotationCore

/// Posts JSON, signed as Standard Webhooks say.
///
/// Source: the Standard Webhooks specification (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`), symmetric signatures.
struct WebhookChannel: AlertChannel {
    private let url: String
    private let key: SymmetricKey?
    private let authorization: ClientSecret?
    private let caFile: String?
    private let now: @Sendable () -> Instant
    private let post: AlertPost
    private let warnings: [Finding]

    static let descriptor = AdapterDescriptor(
        type: "webhook", summary: "posts JSON to an address, signed as Standard Webhooks say",
        settings: [
            SettingDescriptor("url", .url, required: true, summary: "the address"),
            SettingDescriptor(
                "secret", .reference,
                summary: "what signs: `whsec_` and 24 to 64 bytes in base 64; left out: unsigned"),
            SettingDescriptor(
                "authorization", .reference,
                summary: "the whole value of the Authorization header, such as `Bearer …`"),
            .caFile, .minSeverity,
        ])

    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        url = try settings.requiredAddress("url")
        let secret = try settings.reference("secret")
        let login = try settings.reference("authorization")
        key = try await Self.key(secret, settings, parts.resolver)
        authorization = try await parts.resolver.secret(behind: login, for: settings.adapter)
        warnings = parts.resolver.findings(
            about: [secret, login].compactMap(\.self), for: settings.adapter)
        caFile = try settings.caFile()
        now = parts.now
        post = AlertPost(adapter: settings.adapter, http: parts.http)
    }

    private static func key(
        _ reference: SecretReference?, _ settings: Settings, _ resolver: SecretResolver
    ) async throws(AdapterError) -> SymmetricKey? {
        guard let secret = try await resolver.secret(behind: reference, for: settings.adapter)
        else {
            return nil
        }
        let bytes = secret.withPlaintext { text in
            Data(base64Encoded: text.hasPrefix("whsec_") ? String(text.dropFirst(6)) : text)
        }
        guard let bytes, (24...64).contains(bytes.count) else {
            throw settings.invalid(
                "secret",
                "is not whsec_ and 24 to 64 bytes in base 64, such as "
                    + "`echo whsec_$(openssl rand -base64 32)` makes")
        }
        return SymmetricKey(data: bytes)
    }

    func preflight() async throws(AdapterError) -> [Finding] { warnings }

    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        let body = AlertBody(message: message).json
        let timestamp = String(now().milliseconds / 1_000)
        var headers: HTTPHeaders = [
            "Content-Type": "application/json", "Accept": "*/*", "webhook-id": message.id,
            "webhook-timestamp": timestamp,
        ]
        headers["webhook-signature"] = key.map {
            Self.signature(of: body, id: message.id, timestamp: timestamp, by: $0)
        }
        headers["Authorization"] = authorization?.withPlaintext { $0 }
        _ = try await post.send(
            HTTPRequest(method: "POST", url: url, headers: headers, body: body, caFile: caFile),
            within: deadline)
        return []
    }

    /// What the receiver computes too, over what it got.
    static func signature(of body: [UInt8], id: String, timestamp: String, by key: SymmetricKey)
        -> String
    {
        let signed = Data("\(id).\(timestamp).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: key)
        return "v1,\(Data(code).base64EncodedString())"
    }
}

extension SecretResolver {
    /// The secret behind `reference`, if there is one.
    func secret(behind reference: SecretReference?, for adapter: String)
        async throws(AdapterError) -> ClientSecret?
    {
        guard let reference else { return nil }
        return try await resolve(reference, for: adapter)
    }
}

extension SettingDescriptor {
    /// What a channel isn't told of.
    static let minSeverity = SettingDescriptor(
        "min_severity", .choice(AlertSeverity.allCases.map(\.rawValue)),
        summary: "what is less grave isn't sent here; info if left out")
}
