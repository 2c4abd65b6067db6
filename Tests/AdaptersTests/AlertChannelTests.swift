import Crypto
import Foundation
import Glibc
import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

/// A message with everything in it that somebody outside could have chosen.
private func message(
    _ event: AlertEvent = .firing, title: String = "billing: the rotation is held",
    detail: String = "store-1 was changed", id: String = "J1-7"
) -> AlertMessage {
    AlertMessage(
        id: id, event: event,
        alert: Alert(
            .rotationHeld, about: "R1", client: ClientName(rawValue: "billing"),
            rotation: RotationID(rawValue: "R1"), code: "store-changed", title: title,
            detail: detail, standing: "both secrets are accepted",
            next: "holdover explain billing", since: Instant(milliseconds: 1_700_000_000_000)),
        at: Instant(milliseconds: 1_700_000_060_000))
}

private let moment = Instant(milliseconds: 1_700_000_100_000)

private func registry(
    _ http: any HTTPClient, _ environment: [String: String] = [:]
) -> AdapterRegistry {
    AdapterRegistry(http: http, environment: environment) { moment }
}

private func channel(
    _ type: String, _ values: [String: SettingValue], _ http: any HTTPClient,
    _ environment: [String: String] = [:]
) async throws -> any AlertChannel {
    try await registry(http, environment).channel(ChannelSettings(.of(type, values)))
}

private func sent(
    _ type: String, _ values: [String: SettingValue], _ message: AlertMessage,
    _ environment: [String: String] = [:]
) async throws -> HTTPRequest {
    let recorder = Recorder { _ in HTTPResponse(status: 200, body: Array("ok".utf8)) }
    try await channel(type, values, recorder, environment).send(message, within: .seconds(10))
    return try #require(recorder.exchanges.first?.request)
}

private func object(_ bytes: [UInt8]?) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(bytes ?? [])) as? [String: Any])
}

@Suite struct WebhookChannelTests {
    @Test func `the signature is the one of the specification's example`() throws {
        let secret = try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(
            WebhookChannel.signature(
                of: Array(#"{"test": 2432232314}"#.utf8), id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
                timestamp: "1614265330", by: SymmetricKey(data: secret))
                == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a message is signed over its id, the time and the body`() async throws {
        let key = Data((0..<32).map { UInt8($0) })
        let request = try await sent(
            "webhook", ["url": "https://hook.example/in", "secret": "env:WHSEC"], message(),
            ["WHSEC": "whsec_" + key.base64EncodedString()])
        let timestamp = "1700000100"
        #expect(request.headers["webhook-id"] == "J1-7")
        #expect(request.headers["webhook-timestamp"] == timestamp)
        let text = Data("J1-7.\(timestamp).".utf8) + (request.body ?? [])
        let code = Data(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: key)))
        #expect(request.headers["webhook-signature"] == "v1,\(code.base64EncodedString())")
        #expect(request.method == "POST" && request.url == "https://hook.example/in")
    }

    @Test func `the body says what, since when, where it stands and what to type`() async throws {
        let request = try await sent("webhook", ["url": "https://hook.example"], message())
        #expect(request.headers["webhook-signature"] == nil)
        let body = try object(request.body)
        #expect(body["type"] as? String == "holdover.alert.firing")
        #expect(body["timestamp"] as? String == "2023-11-14T22:14:20.000Z")
        let data = try #require(body["data"] as? [String: String])
        #expect(
            data == [
                "event": "firing", "kind": "rotation-held", "severity": "warning", "subject": "R1",
                "client": "billing", "rotation": "R1", "code": "store-changed",
                "title": "billing: the rotation is held", "detail": "store-1 was changed",
                "standing": "both secrets are accepted", "next": "holdover explain billing",
                "since": "2023-11-14T22:13:20Z",
            ])
    }

    @Test(arguments: ["short", "whsec_not base64", "whsec_" + "QUJD", ""])
    func `a secret that can't be one is refused, and not shown`(secret: String) async {
        let error = await adapterError {
            _ = try await channel(
                "webhook", ["url": "https://hook.example", "secret": "env:WHSEC"],
                OneAnswer(200, ""), ["WHSEC": secret])
        }
        #expect(error != nil)
        #expect(secret.isEmpty || error?.message.contains(secret) == false)
    }
}

/// What receivers say, whichever speaks HTTP.
@Suite struct AlertAnswerTests {
    private static let page = "  <!DOCTYPE html><title>Log in</title>"

    @Test(
        arguments: [
            (200, page, "unreadable-answer", false), (302, "", "redirected", false),
            (400, "no", "refused", false), (401, page, "unauthorized", false),
            (403, "", "forbidden", false), (404, "", "not-found", false),
            (429, "", "rate-limited", true), (500, page, "server-error", true),
            (503, "", "server-error", true), (100, "", "unexpected-answer", true),
        ], ["webhook", "slack", "alertmanager"])
    func `only a plain success counts`(
        answer: (status: Int, body: String, code: String, mayPass: Bool), type: String
    ) async throws {
        let url: SettingValue = type == "slack" ? "env:URL" : "https://hook.example"
        let http = OneAnswer(answer.status, answer.body, type: "text/html")
        let one = try await channel(type, ["url": url], http, ["URL": "https://hook.example/T0/s"])
        let error = await adapterError { try await one.send(message(), within: .seconds(1)) }
        #expect(error?.code == "\(type)-\(answer.code)")
        #expect(error?.message.contains("DOCTYPE") == false)
        #expect(error?.message.contains("T0/s") == false)
        var mayPass = false
        if case .unavailable = error?.kind { mayPass = true }
        #expect(mayPass == answer.mayPass)
        // Never a second time within one attempt, and nowhere else.
        #expect(http.methods == ["POST"])
    }

    @Test(arguments: [HTTPFailure.Kind.notSent, .interrupted])
    func `no answer may pass`(kind: HTTPFailure.Kind) async throws {
        let http = Recorder { _ throws(HTTPFailure) in throw HTTPFailure(kind, "reset") }
        let one = try await channel("webhook", ["url": "https://hook.example"], http)
        let error = await adapterError { try await one.send(message(), within: .seconds(1)) }
        #expect(error?.kind == .unavailable(retryAfter: nil))
    }

    @Test func `a run is told to the dead man's switch, and a failed one elsewhere`() async throws {
        let recorder = Recorder { _ in HTTPResponse(status: 200, body: Array("OK".utf8)) }
        let ping = PingSettings(url: "https://hc.example/uuid/")
        let other = PingSettings(url: "https://hc.example/a", failURL: "https://hc.example/b")
        for (settings, isFine) in [(ping, true), (ping, false), (other, false)] {
            try await registry(recorder).ping(settings, isFine: isFine, within: .seconds(1))
        }
        #expect(
            recorder.exchanges.map(\.request.url) == [
                "https://hc.example/uuid/", "https://hc.example/uuid/fail", "https://hc.example/b",
            ])
        #expect(Set(recorder.exchanges.map(\.request.method)) == ["GET"])
        let error = await adapterError {
            try await registry(OneAnswer(404, "")).ping(ping, isFine: true, within: .seconds(1))
        }
        #expect(error?.code == "ping-not-found")
    }
}

@Suite struct SlackChannelTests {
    @Test func `nothing in a text is a link, a mention or a channel`() async throws {
        let hostile = message(title: "<!channel> & <https://evil.example|here>", detail: "a<b>&c")
        let request = try await sent(
            "slack", ["url": "env:URL"], hostile, ["URL": "https://hook.example/T0/secret"])
        #expect(request.url == "https://hook.example/T0/secret")
        let text = try #require(try object(request.body)["text"] as? String)
        #expect(!text.contains("<") && !text.contains(">"))
        #expect(text.contains("&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;"))
        #expect(text.contains("a&lt;b&gt;&amp;c [store-changed]"))
        #expect(text.contains("*next*: `holdover explain billing`"))
    }

    @Test(arguments: [AlertEvent.firing, .resolved])
    func `what a stranger says of itself stands in code, and can't leave it`(event: AlertEvent)
        async throws
    {
        let agent = "y @channel `https://evil.example/login` ![](https://evil.example/a.png)"
        let hostile = message(event, title: "t: \(agent)", detail: "a\n`\n@here \(agent)")
        let request = try await sent(
            "slack", ["url": "env:URL"], hostile, ["URL": "https://hook.example/T0/secret"])
        let text = try #require(try object(request.body)["text"] as? String)
        #expect(text.contains("@channel") && text.contains("https://evil.example/login"))
        for line in text.split(separator: "\n") {
            // Names are ours; everything else is in the one code span of the line.
            let parts = line.split(separator: "`", omittingEmptySubsequences: false)
            #expect(parts.count == 3 && parts.last?.isEmpty == true, "\(line)")
            #expect(parts[0].wholeMatch(of: /(\*[a-z]+\*: )?/) != nil, "\(line)")
        }
    }

    @Test func `an address that isn't one is refused, and not shown`() async {
        for address in ["http://hook.example/T0/secret", "hook.example/T0/secret"] {
            let error = await adapterError {
                _ = try await channel(
                    "slack", ["url": "env:URL"], OneAnswer(200, "ok"), ["URL": address])
            }
            #expect(error?.code == "slack-setting-invalid")
            #expect(error?.message.contains("T0") == false)
        }
    }
}

@Suite struct AlertmanagerChannelTests {
    private func posted(_ event: AlertEvent, detail: String = "d") async throws -> [String: Any] {
        let request = try await sent(
            "alertmanager",
            [
                "url": "https://am.example/", "labels": .list(["team=payments"]),
                "lasting": "2h",
            ], message(event, detail: detail))
        #expect(request.url == "https://am.example/api/v2/alerts")
        let all = try JSONSerialization.jsonObject(with: Data(request.body ?? []))
        return try #require((all as? [[String: Any]])?.first)
    }

    @Test func `the labels are the same for as long as the alert is`() async throws {
        var labels: [[String: String]] = []
        for (event, detail) in [
            (AlertEvent.firing, "a"), (.repeated, "b"), (.resolved, "c"),
        ] {
            labels.append(
                try #require(try await posted(event, detail: detail)["labels"] as? [String: String])
            )
        }
        #expect(Set(labels).count == 1)
        #expect(
            labels[0] == [
                "alertname": "HoldoverRotationHeld", "severity": "warning", "subject": "R1",
                "client": "billing", "rotation": "R1", "team": "payments",
            ])
    }

    @Test func `it ends a while ahead, and at once where it is over`() async throws {
        #expect(try await posted(.firing)["endsAt"] as? String == "2023-11-15T00:15:00.000Z")
        #expect(try await posted(.resolved)["endsAt"] as? String == "2023-11-14T22:15:00.000Z")
        #expect(try await posted(.firing)["startsAt"] as? String == "2023-11-14T22:13:20.000Z")
    }

    @Test(arguments: ["severity=x", "team", "=x", "9a=x", "te-am=x", "team="])
    func `a label that can't be one, or is ours, is refused`(label: String) async {
        let error = await adapterError {
            _ = try await channel(
                "alertmanager",
                ["url": "https://am.example", "labels": .list([.text(label)])],
                OneAnswer(200, ""))
        }
        #expect(error?.code == "alertmanager-setting-invalid")
    }
}

@Suite struct ExecChannelTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        signal(SIGPIPE, SIG_IGN)
    }

    private func exec(_ script: String) async throws -> any AlertChannel {
        try await channel(
            "exec",
            ["command": .list(["/bin/sh", "-c", .text(script), "sh", .text(scratch.path)])],
            OneAnswer(200, ""))
    }

    @Test func `the program gets the message on its standard input`() async throws {
        try await exec(#"cat > "$1/got"; echo "$HOLDOVER_SEVERITY" > "$1/severity""#)
            .send(message(.repeated), within: .seconds(30))
        let body = try object(Array(try scratch.read("got").utf8))
        #expect(body["type"] as? String == "holdover.alert.repeated")
        #expect(body["id"] as? String == "J1-7")
        #expect(try scratch.read("severity") == "warning\n")
    }

    @Test func `a program that fails, or is still running, is tried again`() async throws {
        for (script, seconds) in [("echo no >&2; exit 3", Int64(30)), ("sleep 600", 1)] {
            let one = try await exec(script)
            let error = await adapterError {
                try await one.send(message(), within: .seconds(seconds))
            }
            #expect(error?.kind == .unavailable(retryAfter: nil))
            #expect(error?.code == "exec-failed")
        }
    }
}

/// A datagram socket in place of the log's: nobody has `/dev/log` to himself.
@Suite struct SyslogChannelTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func listen(at path: String) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        #expect(code == 0)
        return descriptor
    }

    private func line(_ descriptor: CInt) -> String {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func `a line has its priority, and no line end from outside`() async throws {
        let path = scratch.at("log")
        let socket = listen(at: path)
        defer { close(socket) }
        let values: [String: SettingValue] = ["socket": .text(path), "facility": "local3"]
        let one = try await channel("syslog", values, OneAnswer(200, ""))
        #expect(try await one.preflight().isEmpty)
        try await one.send(message(detail: "a\n<0>forged \"x\""), within: .seconds(1))
        let first = line(socket)
        // 19 * 8 + 4
        #expect(first.hasPrefix("<156>"), "\(first)")
        let format = /<156>[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d holdover\[\d+\]: \[WARNING\] .*/
        #expect(first.wholeMatch(of: format) != nil, "\(first)")
        #expect(first.contains(#"what="a\u{a}<0>forged 'x' [store-changed]""#), "\(first)")
        try await one.send(message(.resolved), within: .seconds(1))
        #expect(line(socket).hasPrefix("<157>"))
    }

    @Test func `nobody who listens is told apart from success`() async throws {
        let one = try await channel(
            "syslog", ["socket": .text(scratch.at("nothing"))], OneAnswer(200, ""))
        #expect(try await one.preflight().map(\.code) == ["syslog-no-socket"])
        let error = await adapterError { try await one.send(message(), within: .seconds(1)) }
        #expect(error?.code == "syslog-unreachable")
    }

    @Test func `a log that is stuck holds nobody up`() async throws {
        let path = scratch.at("log")
        let socket = listen(at: path)
        defer { close(socket) }
        let one = try await channel("syslog", ["socket": .text(path)], OneAnswer(200, ""))
        var error: AdapterError?
        for _ in 0..<100_000 where error == nil {
            error = await adapterError { try await one.send(message(), within: .seconds(1)) }
        }
        #expect(error?.kind == .unavailable(retryAfter: nil))
    }
}

@Suite struct MailChannelTests {
    private let frame = MailFrame(sender: "holdover@example.com", recipients: ["ops@example.com"]) {
        moment
    }

    private func head(_ message: AlertMessage) -> [String] {
        let text = String(decoding: frame.bytes(of: message), as: UTF8.self)
        return text.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
    }

    @Test func `nothing in a message becomes a field of the head`() {
        let hostile = message(
            title: "x\r\nBcc: all@example.com\r\n\r\nbody é", id: "J\r\nBcc: all@example.com")
        let lines = head(hostile)
        let names = lines.filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding", "Auto-Submitted",
            ])
        #expect(lines.contains("Message-ID: <JBccallexamplecom@example.com>"))
        #expect(lines.contains("Date: Tue, 14 Nov 2023 22:15:00 +0000"))
    }

    @Test func `a mail has short lines of ASCII, none of which is a dot`() {
        let bytes = frame.bytes(of: message(detail: "\n.\n" + String(repeating: "é", count: 3_000)))
        #expect(bytes.allSatisfy { $0 < 0x80 })
        let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.hasPrefix(".") })
        #expect(!bytes.split(separator: 0x0A).dropLast().contains { $0.last != 0x0D })
    }

    @Test(
        arguments: [
            ["from": "nobody"], ["from": "a@b\r\nBcc: x@y"], ["to": .list(["<a@b>"])],
            ["to": .list(["a@b", "a b@c"])], ["port": "0"], ["port": "70000"],
            ["user": "u"], ["password": "env:PW"], ["security": "maybe"],
        ] as [[String: SettingValue]])
    func `what can't be sent is refused before anybody is asked`(
        change: [String: SettingValue]
    ) async {
        let standard: [String: SettingValue] = [
            "host": "mail.example", "from": "h@example.com", "to": .list(["o@example.com"]),
        ]
        let error = await adapterError {
            _ = try await channel(
                "smtp", standard.merging(change) { $1 }, OneAnswer(200, ""), ["PW": "pw"])
        }
        #expect(error?.code == "smtp-setting-invalid")
    }

    @Test(arguments: ["mail.example", "10.0.0.1", "169.254.169.254", "local host", "localhost"])
    func `a mail without TLS goes to an address of this machine only`(host: String) async throws {
        let one = try await channel(
            "smtp",
            [
                "host": .text(host), "security": "none", "user": "u", "password": "env:PW",
                "from": "h@example.com", "to": .list(["o@example.com"]),
            ], OneAnswer(200, ""), ["PW": "topsecret"])
        let error = await adapterError { try await one.send(message(), within: .seconds(5)) }
        #expect(error?.code == "smtp-refused")
        #expect(error?.message.contains("topsecret") == false)
    }

    @Test func `a server that isn't there may come back`() async throws {
        let one = try await channel(
            "smtp",
            [
                "host": "127.0.0.1", "port": "1", "security": "none", "from": "h@example.com",
                "to": .list(["o@example.com"]),
            ], OneAnswer(200, ""))
        let error = await adapterError { try await one.send(message(), within: .seconds(5)) }
        #expect(error?.code == "smtp-unreachable")
    }
}
