import HTTPTransport
import RotationCore
import Testing

@testable import Adapters

@Suite struct CallOutcomeTests {
    private let outcome = CallOutcome(adapter: "okta")
    private static let doubt = AdapterError.Kind.unknown
    private static let retry = AdapterError.Kind.unavailable(retryAfter: nil)

    @Test(
        arguments: [
            (400, .refused, .refused, .refused), (401, .unauthorized, .unauthorized, .unauthorized),
            (403, .unauthorized, .unauthorized, .unauthorized), (404, .missing, .missing, .missing),
            (408, doubt, doubt, retry), (409, doubt, .conflict, .conflict),
            (412, .conflict, .conflict, .conflict), (422, .refused, .refused, .refused),
            (429, retry, retry, retry), (500, doubt, doubt, retry), (502, doubt, doubt, retry),
            (503, doubt, doubt, retry), (504, doubt, doubt, retry), (302, doubt, doubt, .refused),
            (418, .refused, .refused, .refused), (101, doubt, doubt, retry),
        ] as [(Int, AdapterError.Kind, AdapterError.Kind, AdapterError.Kind)])
    func `a status proves what the table says`(
        status: Int, creation: AdapterError.Kind, repeatable: AdapterError.Kind,
        read: AdapterError.Kind
    ) {
        let response = HTTPResponse(status: status)
        #expect(outcome.error(response, .creation, words: nil).kind == creation)
        #expect(outcome.error(response, .repeatable, words: nil).kind == repeatable)
        #expect(outcome.error(response, .read, words: nil).kind == read)
    }

    @Test func `what never left proves that nothing happened, what was cut off proves nothing`() {
        let effects = [CallEffect.read, .repeatable, .creation]
        let unsent = effects.map { outcome.error(HTTPFailure(.notSent, "x"), $0).kind }
        #expect(unsent == [Self.retry, Self.retry, Self.retry])
        let cut = effects.map { outcome.error(HTTPFailure(.interrupted, "x"), $0).kind }
        #expect(cut == [Self.retry, Self.doubt, Self.doubt])
        #expect(effects.map(\.attempts) == [.repeatable, .one, .one])
        // The same question gets the same answer, however often it is asked.
        let large = HTTPFailure(.interrupted, "x", isTooLarge: true)
        let kinds = effects.map { outcome.error(large, $0).kind }
        #expect(kinds == [.refused, Self.doubt, Self.doubt])
    }

    @Test func `a success that can't be read is a doubt, but for a read`() {
        #expect(outcome.unreadable(.creation, "x").kind == .unknown)
        #expect(outcome.unreadable(.repeatable, "x").kind == .unknown)
        #expect(outcome.unreadable(.read, "x").kind == .refused)
    }

    @Test(
        arguments: [
            ("5", .seconds(5)), ("0.2", .seconds(1)), ("999999", .hours(1)), ("-1", nil),
            ("soon", nil),
            ("nan", nil), ("inf", .hours(1)),
        ] as [(String, Span?)])
    func `Retry-After is believed up to an hour`(text: String, span: Span?) {
        let response = HTTPResponse(status: 429, headers: ["retry-after": text])
        #expect(
            outcome.error(response, .creation, words: nil).kind == .unavailable(retryAfter: span))
    }

    @Test func `the server's words are escaped and shortened`() {
        let words = "\u{1B}[2J" + String(repeating: "x ", count: 10_000)
        let error = outcome.error(HTTPResponse(status: 400), .read, words: words)
        #expect(error.message.hasPrefix("okta: HTTP 400: \\u{1b}[2Jx x x"))
        #expect(error.message.count < 250)
    }

    @Test func `what may be a secret that the server repeats is left out`() {
        let secret = "Sbq4mXv0TqU3ZkJ9RrWc8LpYdN2hGa7EoB5fKi1MtVx6QzCs"
        let words = "bad {\"client_secret\":\"\(secret)\"}, SSWS \(secret.prefix(24)), see 0oa1gjh6"
        let error = outcome.error(HTTPResponse(status: 400), .read, words: words)
        #expect(
            error.message
                == "okta: HTTP 400: bad {\"client_secret\":\"…\"}, SSWS …, see 0oa1gjh6")
    }
}
