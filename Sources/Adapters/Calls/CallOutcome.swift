import HTTPTransport
import RotationCore

/// What a call means to change, which decides what its failure proves.
enum CallEffect: Sendable, Hashable {
    /// Nothing.
    case read
    /// Something that a second call would find as it should be.
    case repeatable
    /// Something that a second call would do again.
    case creation

    /// How often the request may leave: a second time only where that can't be told from the first.
    var attempts: HTTPRequest.Attempts {
        switch self {
        case .read: .repeatable
        case .repeatable, .creation: .one
        }
    }

    /// The kind of an answer that says nothing: for a mutation, it may have happened.
    var doubt: AdapterError.Kind {
        switch self {
        case .read: .unavailable(retryAfter: nil)
        case .repeatable, .creation: .unknown
        }
    }
}

/// What failures of one adapter's calls are called and what they prove: one table for all servers.
struct CallOutcome: Sendable {
    /// The adapter's name, in front of every code and message.
    let adapter: String

    /// A request that got no usable answer.
    func error(_ failure: HTTPFailure, _ effect: CallEffect) -> AdapterError {
        switch failure.kind {
        case .notSent:
            return AdapterError(
                .unavailable(retryAfter: nil), code: "\(adapter)-unreachable",
                message: "\(adapter): \(safeText(failure.message))")
        case .interrupted where failure.isTooLarge && effect == .read:
            return AdapterError(
                .refused, code: "\(adapter)-answer-too-large",
                message: "\(adapter): \(safeText(failure.message))")
        case .interrupted:
            return AdapterError(
                effect.doubt, code: "\(adapter)-no-answer",
                message: "\(adapter): \(safeText(failure.message))")
        }
    }

    /// An answer that isn't the one that was asked for; `words` are the server's own.
    func error(_ response: HTTPResponse, _ effect: CallEffect, words: String?) -> AdapterError {
        let (kind, code) = verdict(response, effect)
        let said = words.map { ": \(Self.said($0))" } ?? ""
        return AdapterError(
            kind, code: "\(adapter)-\(code)", message: "\(adapter): HTTP \(response.status)\(said)")
    }

    /// Words from outside, fit to be shown.
    static func said(_ words: String) -> String { safeText(withoutLongWords(words)) }

    /// `text` with everything that could be a secret as a sign that it was left out.
    ///
    /// Some servers repeat what they were sent, admin credentials and new secrets too. What is
    /// meant for people has no words of 24 characters; what is generated has.
    static func withoutLongWords(_ text: String) -> String {
        var kept = ""
        var word = ""
        func end() {
            kept += word.utf8.count < 24 ? word : "…"
            word = ""
        }
        for character in text {
            if character.isLetter || character.isNumber || "+/=_~.%-".contains(character) {
                word.append(character)
            } else {
                end()
                kept.append(character)
            }
        }
        end()
        return kept
    }

    /// A success that can't be read, or that speaks of something else.
    func unreadable(_ effect: CallEffect, _ reason: String) -> AdapterError {
        // A read that succeeds and says nothing won't say more the next time.
        AdapterError(
            effect == .read ? .refused : .unknown, code: "\(adapter)-unreadable-answer",
            message: "\(adapter): \(safeText(reason))")
    }

    private func verdict(_ response: HTTPResponse, _ effect: CallEffect)
        -> (AdapterError.Kind, String)
    {
        switch response.status {
        case 401: return (.unauthorized, "unauthorized")
        case 403: return (.unauthorized, "forbidden")
        case 404, 410: return (.missing, "not-found")
        case 408, 500...599: return (effect.doubt, "server-error")
        case 409:
            // The server was in the middle of something else, or somebody wrote first.
            return (effect == .creation ? .unknown : .conflict, "conflict")
        case 412: return (.conflict, "conflict")
        case 429:
            return (.unavailable(retryAfter: Self.retryAfter(response.headers)), "rate-limited")
        case 400..<500: return (.refused, "refused")
        case 300..<400:
            // Nothing that carries a secret is sent after a redirect.
            return (effect == .read ? .refused : .unknown, "redirected")
        default: return (effect.doubt, "unexpected-answer")
        }
    }

    /// Until the moment that the field `name` gives in seconds since 1970: at least a second, at
    /// most an hour; `Retry-After` where there is no such field.
    static func wait(until name: String, in headers: HTTPHeaders, at now: Instant) -> Span? {
        guard let text = headers[name], let reset = Int64(text),
            (0...4_102_444_800).contains(reset)
        else { return retryAfter(headers) }
        let wait = Instant(milliseconds: reset * 1_000).since(now)
        return min(max(wait, .seconds(1)), .hours(1))
    }

    /// `Retry-After` in seconds (RFC 9110 §10.2.3), at most an hour; a date is not read.
    static func retryAfter(_ headers: HTTPHeaders) -> Span? {
        guard let text = headers["Retry-After"], let seconds = Double(text), seconds >= 0 else {
            return nil
        }
        return .seconds(Int64(min(seconds, 3600).rounded(.up)))
    }
}
