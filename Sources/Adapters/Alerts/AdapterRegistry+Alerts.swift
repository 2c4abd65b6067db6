import HTTPTransport
public import RotationCore

extension AdapterRegistry: AlertChannelFactory {
    /// What `alerts.yaml` may name.
    public static let channels = [
        AlertmanagerChannel.descriptor, ExecChannel.descriptor, MailChannel.descriptor,
        SlackChannel.descriptor, SyslogChannel.descriptor, WebhookChannel.descriptor,
    ]

    /// One channel; reads the secrets that it needs.
    public func channel(_ settings: ChannelSettings) async throws(AdapterError)
        -> any AlertChannel
    {
        let target = settings.target
        switch target.type {
        case AlertmanagerChannel.descriptor.type:
            return try await AlertmanagerChannel(target, parts)
        case ExecChannel.descriptor.type: return try ExecChannel(target)
        case MailChannel.descriptor.type: return try await MailChannel(target, parts)
        case SlackChannel.descriptor.type: return try await SlackChannel(target, parts)
        case SyslogChannel.descriptor.type: return try SyslogChannel(target, now: parts.now)
        case WebhookChannel.descriptor.type: return try await WebhookChannel(target, parts)
        default: throw Self.unknown(target, "alert channel")
        }
    }

    /// Alertmanager takes what it doesn't hear of for over.
    public func isRefreshed(_ type: String) -> Bool { type == AlertmanagerChannel.descriptor.type }

    /// Chats and mailboxes; the others are for programs, which want each by itself.
    public func isForPeople(_ type: String) -> Bool {
        [SlackChannel.descriptor.type, MailChannel.descriptor.type].contains(type)
    }

    /// Tells the dead man's switch of a run.
    public func ping(_ settings: PingSettings, isFine: Bool, within deadline: Span)
        async throws(AdapterError)
    {
        let post = AlertPost(adapter: "ping", http: parts.http)
        let url = isFine ? settings.url : settings.failURL
        _ = try await post.send(HTTPRequest(url: url, caFile: settings.caFile), within: deadline)
    }
}
