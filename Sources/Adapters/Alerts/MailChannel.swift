import FoundationEssentials
import Glibc
import HTTPTransport
import RotationCore

/// Sends a mail by SMTP, over TLS or STARTTLS.
struct MailChannel: AlertChannel {
    private let server: MailServer
    private let mail: MailFrame
    private let warnings: [Finding]

    static let descriptor = AdapterDescriptor(
        type: "smtp", summary: "sends a mail, over TLS or STARTTLS",
        settings: [
            SettingDescriptor("host", .text, required: true, summary: "the mail server"),
            SettingDescriptor(
                "port", .integer, summary: "its port; 465 for tls, 587 for starttls, 25 for none"),
            SettingDescriptor(
                "security", .choice(MailServer.Security.allCases.map(\.rawValue)),
                summary: "none is for an address of this machine only; starttls if left out"),
            SettingDescriptor("from", .text, required: true, summary: "the sender's address"),
            SettingDescriptor("to", .texts, required: true, summary: "the recipients' addresses"),
            SettingDescriptor("user", .text, summary: "who logs in; left out: nobody"),
            SettingDescriptor("password", .reference, summary: "by what"),
            .caFile, .minSeverity,
        ])

    init(_ target: TargetSettings, _ parts: ServerParts) async throws(AdapterError) {
        let settings = Settings(target)
        let security = try settings.choice("security", default: MailServer.Security.startTLS)
        let usual = [MailServer.Security.tls: 465, .startTLS: 587, .none: 25]
        let port = try settings.text("port").map { Int($0) ?? 0 } ?? usual[security] ?? 0
        guard (1...65_535).contains(port) else {
            throw settings.invalid("port", "is not from 1 to 65535")
        }
        let reference = try settings.reference("password")
        let user = try settings.text("user")
        guard (user == nil) == (reference == nil) else {
            throw settings.invalid("password", "and user need each other")
        }
        let password = try await parts.resolver.secret(behind: reference, for: settings.adapter)
        server = MailServer(
            host: try settings.requiredText("host"), port: port, security: security, user: user,
            password: password?.withPlaintext { $0 }, caFile: try settings.caFile())
        mail = MailFrame(
            sender: try Self.address("from", try settings.requiredText("from"), settings),
            recipients: try Self.recipients(settings), now: parts.now)
        warnings = parts.resolver.findings(
            about: [reference].compactMap(\.self), for: settings.adapter)
    }

    private static func recipients(_ settings: Settings) throws(AdapterError) -> [String] {
        var recipients: [String] = []
        for text in try settings.texts("to") ?? [] {
            recipients.append(try address("to", text, settings))
        }
        guard !recipients.isEmpty else { throw settings.invalid("to", "is missing") }
        return recipients
    }

    /// A bare address without quotes (RFC 5321 §4.1.2, Dot-string).
    private static func address(_ name: String, _ text: String, _ settings: Settings)
        throws(AdapterError) -> String
    {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isAtom = { (byte: UInt8) in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isAtom) }),
            text.utf8.count <= 254
        else { throw settings.invalid(name, "is not an address such as ops@example.com") }
        return text
    }

    func preflight() async throws(AdapterError) -> [Finding] { warnings }

    /// Whoever the server refuses keeps the others from nothing.
    func send(_ message: AlertMessage, within deadline: Span) async throws(AdapterError)
        -> [Finding]
    {
        do throws(MailFailure) {
            return try await MailClient.send(
                mail.bytes(of: message), from: mail.sender, to: mail.recipients, by: server,
                within: .milliseconds(deadline.milliseconds)
            ).map { refusal in
                Finding(
                    .warning, code: "smtp-recipient-refused",
                    message: "smtp: \(refusal.recipient) didn't get the mail: "
                        + CallOutcome.said(refusal.answer))
            }
        } catch {
            let words = "smtp: \(server): \(CallOutcome.said(error.message))"
            throw switch error.kind {
            case .unavailable:
                AdapterError(
                    .unavailable(retryAfter: nil), code: "smtp-unreachable", message: words)
            case .loginRefused:
                AdapterError(.unauthorized, code: "smtp-unauthorized", message: words)
            case .refused: AdapterError(.refused, code: "smtp-refused", message: words)
            }
        }
    }
}

/// A message as a mail (RFC 5322): nothing of it can become a field of the head.
struct MailFrame: Sendable {
    let sender: String
    let recipients: [String]
    let now: @Sendable () -> Instant

    /// The whole mail with CRLF line ends.
    func bytes(of message: AlertMessage) -> [UInt8] {
        let body = AlertBody(message: message)
        let domain = sender.split(separator: "@").last ?? "holdover"
        let fields = [
            ("From", "Holdover <\(sender)>"), ("To", recipients.joined(separator: ",\r\n ")),
            ("Subject", Self.encoded(body.headline)), ("Date", date),
            ("Message-ID", "<\(Self.word(message.id))@\(domain)>"), ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "base64"), ("Auto-Submitted", "auto-generated"),
        ]
        let lines = body.lines.map { "\($0.name): \($0.value)" }
        let text = ([body.headline, ""] + lines).joined(separator: "\r\n") + "\r\n"
        let head = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        return Array((head + "\r\n" + Self.base64(Data(text.utf8))).utf8)
    }

    /// A text of a head's field, as words of at most 75 characters (RFC 2047 §2).
    static func encoded(_ text: String) -> String {
        var words: [String] = []
        var piece = ""
        for scalar in safeText(text, limit: 300).unicodeScalars {
            if piece.utf8.count + String(scalar).utf8.count > 42 {
                words.append(piece)
                piece = ""
            }
            piece.unicodeScalars.append(scalar)
        }
        words.append(piece)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }
            .joined(separator: "\r\n ")
    }

    /// In lines of 76 characters (RFC 2045 §6.8), so that no line is long or begins with a dot.
    private static func base64(_ data: Data) -> String {
        var rest = data.base64EncodedString()[...]
        var lines = ""
        while !rest.isEmpty {
            lines += rest.prefix(76) + "\r\n"
            rest = rest.dropFirst(76)
        }
        return lines
    }

    /// Letters and digits only, since it stands in the head.
    private static func word(_ id: String) -> String {
        id.filter { ($0.isLetter || $0.isNumber || $0 == "-") && $0.isASCII }
    }

    /// RFC 5322 §3.3.
    private var date: String {
        var seconds = time_t(now().milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 64)
        strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S +0000", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
