import HTTPTransport
import RotationCore

/// Posts a text to an incoming webhook of Slack, or of what understands the same.
///
/// Source: Slack, "Sending messages using incoming webhooks" and "Formatting text" (`&`, `<` and
/// `>` are escaped).
struct SlackChannel: AlertChannel {
    private let url: String
    private let caFile: String?
    private let post: AlertPost
    private let warnings: [Finding]

    static let descriptor = AdapterDescriptor(
        type: "slack", summary: "posts a text to an incoming webhook of Slack, Mattermost and such",
        settings: [
            SettingDescriptor(
                "url", .reference, required: true,
                summary: "the webhook's address; who knows it can post, so it is a secret"),
            .caFile, .minSeverity,
        ])

    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let reference = try settings.requiredReference("url")
        let secret = try await parts.resolver.resolve(reference, for: settings.adapter)
        let address = secret.withPlaintext { $0 }
        guard ServerAddress(address) != nil else {
            // The text isn't repeated: it is a secret.
            throw settings.invalid("url", "is not an https address (http only to 127.0.0.1)")
        }
        url = address
        warnings = parts.resolver.findings(about: [reference], for: settings.adapter)
        caFile = try settings.caFile()
        post = AlertPost(adapter: settings.adapter, http: parts.http)
    }

    func preflight() async throws(AdapterError) -> [Finding] { warnings }

    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        let body = JSONDocument.object(texts: [(name: "text", value: Self.text(of: message))])
        _ = try await post.send(
            HTTPRequest(
                method: "POST", url: url, headers: ["Content-Type": "application/json"],
                body: body, caFile: caFile), within: deadline)
        return []
    }

    /// The message in Slack's markup.
    static func text(of message: AlertMessage) -> String {
        let body = AlertBody(message: message)
        let lines = body.lines.map { "*\($0.name)*: \(code($0.value))" }
        return ([code(body.headline)] + lines).joined(separator: "\n")
    }

    /// As a code span, so that nothing is a link, an image, a mention or a channel: bare addresses
    /// are links at Slack, and Mattermost reads `@channel` and `![]()`.
    private static func code(_ text: String) -> String {
        let escaped =
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("`", with: "'")
        return escaped.isEmpty ? "-" : "`\(escaped)`"
    }
}
