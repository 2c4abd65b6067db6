import Testing

@testable import HTTPTransport

/// Whom a mail server refused, by what it said.
struct MailAnswersTests {
    private static let both = ["a@example.com", "b@example.com"]

    private func refusals(_ lines: String...) -> [MailRefusal] {
        let answers = MailAnswers()
        for line in lines { answers.take("\(line)\r\n") }
        return answers.refusals(of: Self.both)
    }

    @Test func `each answer is about one recipient, in their order`() {
        let refused = refusals(
            "220 mail.test", "250-mail.test", "250 HELP", "235 welcome", "250 sender ok",
            "550-5.1.1 no such user", "550 5.1.1 gone", "251 elsewhere", "354 go on", "250 taken")
        #expect(
            refused == [MailRefusal(recipient: "a@example.com", answer: "550 5.1.1 gone")])
    }

    @Test func `without an answer for each nobody is named`() {
        #expect(refusals("220 mail.test", "354 go on").isEmpty)
        #expect(refusals("220 mail.test", "250 ok", "550 no", "250 ok").isEmpty)
        #expect(refusals("550", "what", "5", "", "354 go on").isEmpty)
    }

    @Test func `a server that talks for ever is heard for a while`() {
        let answers = MailAnswers()
        for _ in 0..<10_000 { answers.take("550 no") }
        answers.take("354 go on")
        #expect(answers.refusals(of: Self.both).isEmpty)
    }
}
