import HTTPTransport
import RotationCore

/// Keeps alerts alive in a Prometheus Alertmanager, which decides who hears of them.
///
/// Source: Alertmanager's API v2 (`postAlerts`): an alert is named by its labels, and is over at
/// its `endsAt`, which each run moves on.
struct AlertmanagerChannel: AlertChannel {
    private let url: String
    private let labels: [(name: String, value: String)]
    private let lasting: Span
    private let authorization: ClientSecret?
    private let caFile: String?
    private let now: @Sendable () -> Instant
    private let post: AlertPost
    private let warnings: [Finding]

    static let descriptor = AdapterDescriptor(
        type: "alertmanager", summary: "keeps alerts alive in a Prometheus Alertmanager",
        settings: [
            SettingDescriptor(
                "url", .url, required: true,
                summary: "its address, without /api/v2/alerts"),
            SettingDescriptor(
                "labels", .texts, summary: "labels to add to every alert: `team=payments`"),
            SettingDescriptor(
                "lasting", .span,
                summary: "how long an alert lives on without a run; 6h if left out"),
            SettingDescriptor(
                "authorization", .reference,
                summary: "the whole value of the Authorization header, such as `Bearer …`"),
            .caFile, .minSeverity,
        ])

    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        url = try settings.requiredAddress("url") + "/api/v2/alerts"
        labels = try Self.labels(settings)
        lasting = try settings.span("lasting", default: .hours(6))
        let login = try settings.reference("authorization")
        authorization = try await parts.resolver.secret(behind: login, for: settings.adapter)
        warnings = parts.resolver.findings(
            about: [login].compactMap(\.self), for: settings.adapter)
        caFile = try settings.caFile()
        now = parts.now
        post = AlertPost(adapter: settings.adapter, http: parts.http)
    }

    private static func labels(_ settings: Settings) throws(AdapterError)
        -> [(name: String, value: String)]
    {
        let own: Set = ["alertname", "severity", "subject", "client", "rotation"]
        var labels: [(name: String, value: String)] = []
        for text in try settings.texts("labels") ?? [] {
            let name = String(text.prefix { $0 != "=" })
            let value = String(text.dropFirst(name.count + 1))
            guard isLabel(name), !value.isEmpty, !own.contains(name) else {
                throw settings.invalid("labels", "is not a list of name=value with other names")
            }
            labels.append((name: name, value: value))
        }
        return labels
    }

    private static func isLabel(_ name: String) -> Bool {
        let isLetter = { (byte: UInt8) in (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F }
        return name.utf8.first.map(isLetter) == true
            && name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
    }

    func preflight() async throws(AdapterError) -> [Finding] { warnings }

    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        headers["Authorization"] = authorization?.withPlaintext { $0 }
        _ = try await post.send(
            HTTPRequest(
                method: "POST", url: url, headers: headers, body: body(of: message),
                caFile: caFile), within: deadline)
        return []
    }

    private func body(of message: AlertMessage) -> [UInt8] {
        let alert = message.alert
        let moment = now()
        // One that is over at once would never be shown; a test is over soon by itself.
        let stays = alert.kind == .test ? Span.minutes(5) : lasting
        let end = message.event == .resolved ? moment : moment + stays
        // It refuses an end before the beginning, and a wrong clock may have made either.
        let start = min(alert.since, end)
        var names: [(name: String, value: String)] = [
            ("alertname", Self.name(of: alert.kind)), ("severity", alert.severity.rawValue),
            ("subject", alert.subject),
        ]
        if let client = alert.client { names.append(("client", client.rawValue)) }
        if let rotation = alert.rotation { names.append(("rotation", rotation.rawValue)) }
        let texts: [(name: String, value: String)] = [
            ("summary", alert.title), ("description", alert.detail), ("code", alert.code),
            ("standing", alert.standing), ("next", alert.next),
        ]
        return JSONDocument.array([
            JSONDocument.object([
                ("labels", JSONDocument.object(texts: names + labels)),
                ("annotations", JSONDocument.object(texts: texts)),
                ("startsAt", JSONDocument.literal(start.rfc3339Milliseconds)),
                ("endsAt", JSONDocument.literal(end.rfc3339Milliseconds)),
            ])
        ])
    }

    /// `HoldoverRotationHeld`.
    private static func name(of kind: AlertKind) -> String {
        "Holdover"
            + kind.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined()
    }
}
