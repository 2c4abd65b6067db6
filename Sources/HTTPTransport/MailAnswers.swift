import CCurl
import Glibc

/// Somebody whom a mail server takes no mail for, while it took it for others.
public struct MailRefusal: Sendable, Hashable {
    /// The address.
    public let recipient: String
    /// The server's answer, such as `550 5.1.1 no such user`; text from outside.
    public let answer: String
}

/// What a mail server answered to each recipient, as libcurl only tells by the lines themselves.
final class MailAnswers {
    /// How many answers are kept, and how much of each: a server may go on for ever.
    private static let limit = (answers: 1_000, bytes: 300)

    /// The last lines of the answers up to the one that asks for the mail (RFC 5321 §4.2).
    private var answers: [String] = []
    private var isComplete = false

    /// Has libcurl pass on each line that the server says; lives as long as the transfer.
    func listen(to handle: EasyHandle) throws(HTTPFailure) {
        try handle.check(
            ccurl_on_header(
                handle.raw,
                { bytes, size, count, context in
                    guard let context else { return 0 }
                    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                    Unmanaged<MailAnswers>.fromOpaque(context).takeUnretainedValue()
                        .take(String(decoding: line.prefix(MailAnswers.limit.bytes), as: UTF8.self))
                    return size * count
                }, Unmanaged.passUnretained(self).toOpaque()))
    }

    /// Takes a line, with or without its end.
    func take(_ line: String) {
        guard !isComplete, answers.count < Self.limit.answers else { return }
        let text = String(line.prefix { !$0.isNewline })
        let isLast = text.utf8.dropFirst(3).first != 0x2D
        guard isLast, text.utf8.count >= 3, text.utf8.prefix(3).allSatisfy(Self.isDigit) else {
            return
        }
        if text.hasPrefix("354") { isComplete = true } else { answers.append(text) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Whom of `recipients` the server refused: the last answers before it asked for the mail, one
    /// for each and in their order.
    func refusals(of recipients: [String]) -> [MailRefusal] {
        guard isComplete, answers.count >= recipients.count else { return [] }
        return zip(recipients, answers.suffix(recipients.count)).compactMap { recipient, answer in
            answer.hasPrefix("2") ? nil : MailRefusal(recipient: recipient, answer: answer)
        }
    }
}
