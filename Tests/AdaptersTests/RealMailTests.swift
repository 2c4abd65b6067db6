import Foundation
import HTTPTransport
import ProcessTesting
import RotationCore
import Testing

@testable import Adapters

/// Mail at a real server: STARTTLS, TLS, logins and refusals.
@Suite(
    .enabled(if: RealServerProcess.areWanted, "HOLDOVER_REAL_SERVERS=1 asks for them"),
    .realServer("smtp"), .serialized)
struct RealMailTests {
    /// A mail as the server took it.
    private struct Mail: Decodable {
        let from, subject, message_id, text: String
        let to, fields, defects: [String]
        let login, tls: Bool
    }

    private let real: RealServerProcess

    init() throws { real = try #require(WithRealServer.current) }

    @discardableResult
    private func send(
        _ kind: String, _ change: [String: SettingValue] = [:], password: String? = nil,
        id: String? = nil, title: String = "billing: the rotation is held"
    ) async throws -> [Finding] {
        let security = ["STARTTLS": "starttls", "TLS": "tls", "PLAIN": "none"][kind] ?? kind
        var values: [String: SettingValue] = [
            "host": "127.0.0.1", "port": .text(real[kind]), "security": .text(security),
            "from": "holdover@example.com", "to": .list(["ops@example.com", "b@example.com"]),
            "user": "holdover", "password": "env:PW", "ca_file": .text(real["CA"]),
        ]
        values.merge(change) { $1 }
        let registry = AdapterRegistry(
            http: CurlClient(), environment: ["PW": password ?? real["PASSWORD"]]
        ) { Instant(milliseconds: 1_700_000_100_000) }
        let channel = try await registry.channel(ChannelSettings(.of("smtp", values)))
        return try await channel.send(
            AlertMessage(
                id: id ?? "J1-\(kind)", event: .firing,
                alert: Alert(
                    .rotationHeld, about: "R1", client: ClientName(rawValue: "billing"),
                    code: "store-changed", title: title, detail: "a\n.\nb é",
                    standing: "both secrets are accepted", next: "holdover explain billing",
                    since: Instant(milliseconds: 1_700_000_000_000)),
                at: Instant(milliseconds: 1_700_000_060_000)), within: .seconds(10))
    }

    private func mails() throws -> [Mail] {
        let folder = real["DIR"]
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasPrefix("mail-") && $0.hasSuffix(".json") }
            .map { try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")) }
            .map { try JSONDecoder().decode(Mail.self, from: $0) }
    }

    /// What a server of one kind was told in the clear.
    private func clear(_ kind: String) -> String {
        (try? String(contentsOfFile: "\(real["DIR"])/clear-\(kind)", encoding: .utf8)) ?? ""
    }

    @Test(arguments: ["STARTTLS", "TLS"])
    func `a mail arrives whole, over TLS and with a login`(kind: String) async throws {
        let title = "bill\r\nBcc: all@example.com\u{202E} é"
        try await send(kind, title: title)
        let mail = try #require(try mails().first { $0.message_id.contains("J1-\(kind)") })
        #expect(mail.tls && mail.login && mail.defects.isEmpty)
        #expect(mail.from == "holdover@example.com")
        #expect(mail.to == ["ops@example.com", "b@example.com"])
        #expect(mail.subject == #"[WARNING] bill\u{d}\u{a}Bcc: all@example.com\u{202e} é"#)
        #expect(!mail.fields.contains("Bcc"))
        #expect(mail.text.contains(#"what: a\u{a}.\u{a}b é [store-changed]"#), "\(mail.text)")
        #expect(mail.text.contains("state: both secrets are accepted"))
        #expect(mail.text.contains("next: holdover explain billing"))
        // Nothing but the wish for TLS was said in the clear.
        #expect(!clear(kind).uppercased().contains("AUTH"))
        #expect(clear(kind).contains("STARTTLS") == (kind == "STARTTLS"))
    }

    private func error(
        _ kind: String, _ change: [String: SettingValue] = [:], password: String? = nil
    ) async -> AdapterError? {
        await adapterError { try await send(kind, change, password: password) }
    }

    @Test func `a server without STARTTLS gets neither a login nor a mail`() async throws {
        let (before, heard) = (try mails().count, clear("PLAIN"))
        let failure = await error("PLAIN", ["security": "starttls"])
        #expect(failure?.kind == .unavailable(retryAfter: nil), "\(String(describing: failure))")
        #expect(try mails().count == before)
        let said = clear("PLAIN").dropFirst(heard.count).uppercased()
        #expect(said.hasPrefix("EHLO") && !said.contains("AUTH") && !said.contains("MAIL FROM"))
    }

    @Test func `a server whose certificate nobody vouches for gets nothing`() async throws {
        let before = try mails().count
        for kind in ["STARTTLS", "TLS"] {
            let failure = await error(kind, ["ca_file": "/etc/ssl/certs/ca-certificates.crt"])
            #expect(failure?.code == "smtp-unreachable", "\(String(describing: failure))")
        }
        // Another name than the certificate's is as bad.
        let other = await error("STARTTLS", ["host": "localhost"])
        #expect(other?.code == "smtp-unreachable", "\(String(describing: other))")
        #expect(try mails().count == before)
    }

    @Test func `a wrong password, and a recipient that isn't there, are told apart`() async throws {
        let wrong = await error("STARTTLS", password: "wrong-password-0123456789abcdef")
        #expect(wrong?.code == "smtp-unauthorized", "\(String(describing: wrong))")
        #expect(wrong?.message.contains("wrong-password") == false)
        let nobody = await error("STARTTLS", ["to": .list(["nobody@example.com"])])
        #expect(nobody?.code == "smtp-refused", "\(String(describing: nobody))")
        let later = await error("STARTTLS", ["to": .list(["later@example.com"])])
        #expect(later?.code == "smtp-unreachable", "\(String(describing: later))")
    }

    @Test(arguments: ["STARTTLS", "PLAIN"])
    func `a mailbox that is gone silences nobody else, and is named`(kind: String) async throws {
        let all = ["nobody@example.com", "ops@example.com", "later@example.com", "b@example.com"]
        let warnings = try await send(
            kind, ["to": .list(all.map(SettingValue.text))], id: "J2-\(kind)")
        let mail = try #require(try mails().first { $0.message_id.contains("J2-\(kind)") })
        #expect(mail.to == ["ops@example.com", "b@example.com"])
        #expect(warnings.map(\.code) == Array(repeating: "smtp-recipient-refused", count: 2))
        #expect(warnings.first?.message.contains("nobody@example.com") == true)
        #expect(warnings.first?.message.contains("550 5.1.1 no such user") == true)
        #expect(warnings.last?.message.contains("later@example.com") == true, "\(warnings)")
        try await #expect(send(kind, id: "J3-\(kind)") == [])
    }

    @Test func `on this machine a mail goes without TLS`() async throws {
        try await send("PLAIN")
        let mail = try #require(try mails().first { $0.message_id.contains("J1-PLAIN") })
        #expect(!mail.tls && mail.login)
    }
}
