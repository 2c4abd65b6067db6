import FoundationEssentials
import HTTPTransport

@testable import ClientCredentials

extension FuzzTarget {
    /// A token endpoint's answer: a token only from a 200, and an error never repeats the secret.
    static let tokens = FuzzTarget("tokens") { bytes in
        let secret = "Dq7 secret/of+the fuzzer"
        let head = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let plain = AnswerList.answer(head[0])
        var headers = plain.headers
        if head.count > 1 { headers["Retry-After"] = String(decoding: head[1], as: UTF8.self) }
        let answer = HTTPResponse(status: plain.status, headers: headers, body: plain.body)
        do throws(TokenError) {
            let token = try TokenAnswer(
                answer, to: .basic(id: "billing", secret: secret),
                at: Date(timeIntervalSince1970: 1_795_000_000)
            ).token()
            guard answer.status == 200 else { return "a token out of \(answer.status)" }
            return unseen(token.value)
        } catch {
            let words = error.description
            if words.contains(secret) { return "the secret is in: \(words)" }
            if case .unavailable(_, let wait?) = error, wait < .zero || wait > .seconds(86_400) {
                return "a wait of \(wait)"
            }
            return unseen(words)
        }
    }
}
