import CCurl
import Glibc

/// Hands one mail to a server, by the system's libcurl.
///
/// A password goes over TLS whose certificate was verified, or to an address of this machine, and
/// nowhere else.
public enum MailClient {
    /// Sends `mail`, a whole message with CRLF line ends (RFC 5322), to `recipients`.
    ///
    /// Addresses are checked by the caller; one with a control character or a bracket is refused
    /// here again. Returns whom of several the server refused; where it refuses all, that throws.
    public static func send(
        _ mail: [UInt8], from sender: String, to recipients: [String], by server: MailServer,
        within deadline: Duration
    ) async throws(MailFailure) -> [MailRefusal] {
        let address = try url(of: server)
        for one in [sender] + recipients {
            guard one.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E })
            else { throw MailFailure(.refused, "an address has a character that isn't allowed") }
        }
        let work = MailTransfer(
            mail: mail, sender: sender, recipients: recipients, server: server, url: address,
            expiry: .now + deadline)
        let outcome: MailTransfer.Outcome = await withCheckedContinuation { caller in
            if !work.start(caller) {
                caller.resume(returning: .failure(MailFailure(.unavailable, "no thread is free")))
            }
        }
        return try outcome.get()
    }

    /// Throws for a server that must not be asked so.
    private static func url(of server: MailServer) throws(MailFailure) -> String {
        let isName = server.host.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                || [0x2D, 0x2E, 0x3A].contains(byte)
        }
        guard isName, !server.host.isEmpty, (1...65_535).contains(server.port) else {
            throw MailFailure(.refused, "the host or the port of the mail server can't be one")
        }
        guard !ClosedAddress.contains(server.host) else {
            throw MailFailure(.refused, "\(server.host) \(ClosedAddress.words)")
        }
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        guard server.security != .none || Origin.isLoopbackLiteral(host) else {
            throw MailFailure(.refused, "mail to \(server.host) needs TLS or STARTTLS")
        }
        return "\(server.security == .tls ? "smtps" : "smtp")://\(host):\(server.port)"
    }
}

/// One mail on its way, on a thread of its own.
private final class MailTransfer: Sendable {
    private let mail: [UInt8]
    private let sender: String
    private let recipients: [String]
    private let server: MailServer
    private let url: String
    private let expiry: ContinuousClock.Instant

    init(
        mail: [UInt8], sender: String, recipients: [String], server: MailServer, url: String,
        expiry: ContinuousClock.Instant
    ) {
        self.mail = mail
        self.sender = sender
        self.recipients = recipients
        self.server = server
        self.url = url
        self.expiry = expiry
    }

    typealias Outcome = Result<[MailRefusal], MailFailure>
    typealias Caller = CheckedContinuation<Outcome, Never>

    private final class Start {
        let transfer: MailTransfer
        let caller: Caller

        init(_ transfer: MailTransfer, _ caller: Caller) {
            self.transfer = transfer
            self.caller = caller
        }
    }

    /// What is left to be read of a mail.
    private final class Rest {
        var bytes: ArraySlice<UInt8>

        init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

        func read(into buffer: UnsafeMutablePointer<CChar>?, upTo room: Int) -> Int {
            let part = bytes.prefix(room)
            part.withUnsafeBytes { from in
                guard let buffer, let base = from.baseAddress else { return }
                memcpy(buffer, base, from.count)
            }
            bytes = bytes.dropFirst(part.count)
            return part.count
        }
    }

    /// Whether a thread was to be had.
    func start(_ caller: Caller) -> Bool {
        guard NetworkThread.library else { return false }
        let context = Unmanaged.passRetained(Start(self, caller))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                // As on the network thread: a peer that went away must not end the process.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                start.caller.resume(returning: start.transfer.perform())
                return nil
            }, context.toOpaque())
        guard code == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func perform() -> Outcome {
        guard let handle = EasyHandle() else {
            return .failure(MailFailure(.unavailable, "out of memory"))
        }
        defer { curl_easy_cleanup(handle.raw) }
        var explanation = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        var list: UnsafeMutablePointer<curl_slist>?
        for recipient in recipients { list = curl_slist_append(list, recipient) ?? list }
        defer { curl_slist_free_all(list) }
        let rest = Rest(mail)
        let answers = MailAnswers()
        defer { withExtendedLifetime((rest, answers)) {} }
        return explanation.withUnsafeMutableBufferPointer { buffer in
            do throws(HTTPFailure) {
                try handle.check(
                    ccurl_set_bytes(handle.raw, CURLOPT_ERRORBUFFER, buffer.baseAddress))
                try setRules(handle)
                try handle.check(ccurl_set_list(handle.raw, CURLOPT_MAIL_RCPT, list))
                try setMail(handle, rest)
                try answers.listen(to: handle)
            } catch { return .failure(MailFailure(.refused, error.message)) }
            let code = curl_easy_perform(handle.raw)
            guard code != CURLE_OK else {
                return .success(answers.refusals(of: recipients))
            }
            let said = buffer.baseAddress.map { String(cString: $0) } ?? ""
            let words = said.isEmpty ? String(cString: curl_easy_strerror(code)) : said
            return .failure(
                MailFailure(kind(of: code, handle.long(CURLINFO_RESPONSE_CODE)), words))
        }
    }

    private func setRules(_ handle: EasyHandle) throws(HTTPFailure) {
        let left = ContinuousClock.now.duration(to: expiry)
        try handle.set(CURLOPT_NOSIGNAL, true)
        try handle.set(CURLOPT_QUICK_EXIT, true)
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NOPROXY, "*")
        try handle.set(CURLOPT_NETRC, false)
        try handle.set(CURLOPT_URL, url)
        try handle.set(CURLOPT_PROTOCOLS_STR, server.security == .tls ? "smtps" : "smtp")
        let needsTLS = server.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        try handle.set(CURLOPT_USE_SSL, Int(needsTLS.rawValue))
        try handle.set(CURLOPT_SSL_VERIFYPEER, true)
        try handle.set(CURLOPT_SSL_VERIFYHOST, 2)
        try handle.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))  // or later
        if let caFile = server.caFile {
            try handle.set(CURLOPT_CAINFO, caFile)
            try handle.set(CURLOPT_CAPATH, nil as String?)
        }
        try handle.set(CURLOPT_TIMEOUT_MS, left)
        try handle.set(CURLOPT_CONNECTTIMEOUT_MS, left)
    }

    private func setMail(_ handle: EasyHandle, _ rest: Rest) throws(HTTPFailure) {
        if let user = server.user {
            try handle.set(CURLOPT_USERNAME, user)
            try handle.set(CURLOPT_PASSWORD, server.password ?? "")
        }
        try handle.set(CURLOPT_MAIL_FROM, "<\(sender)>")
        try handle.set(CURLOPT_UPLOAD, true)
        // libcurl's name has three L: one mailbox that is gone must not silence the others.
        try handle.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, true)
        try handle.check(
            ccurl_on_read(
                handle.raw,
                { buffer, size, count, context in
                    guard let context else { return 0 }
                    let rest = Unmanaged<Rest>.fromOpaque(context).takeUnretainedValue()
                    return rest.read(into: buffer, upTo: size * count)
                }, Unmanaged.passUnretained(rest).toOpaque()))
    }

    private func kind(of code: CURLcode, _ answer: Int) -> MailFailure.Kind {
        if code == CURLE_LOGIN_DENIED || (530...539).contains(answer) { return .loginRefused }
        return (500..<600).contains(answer) ? .refused : .unavailable
    }
}
