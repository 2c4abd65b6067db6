import FoundationEssentials
import HTTPTransport

/// A token endpoint's answer, read strictly: a page of HTML with status 200 is no token.
struct TokenAnswer {
    private struct Success: Decodable {
        let access_token: String
        let token_type: String
        let expires_in: Seconds?
        let scope: String?
    }

    private struct Refusal: Decodable {
        let error: String
        let error_description: String?
    }

    /// A whole number, or its digits in quotes, as Entra's v1 endpoint sends them.
    private struct Seconds: Decodable {
        let count: Int

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                guard let number = Int(text), text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") })
                else {
                    throw DecodingError.dataCorruptedError(in: container, debugDescription: "")
                }
                count = number
            } else {
                count = try container.decode(Int.self)
            }
        }
    }

    private let answer: HTTPResponse
    private let authentication: ClientAuthentication
    private let askedScope: String?
    private let now: Date

    init(
        _ answer: HTTPResponse, to authentication: ClientAuthentication, asked scope: String? = nil,
        at now: Date
    ) {
        self.answer = answer
        self.authentication = authentication
        askedScope = scope
        self.now = now
    }

    func token() throws(TokenError) -> AccessToken {
        switch answer.status {
        case 200: return try success()
        case 408, 429, 500...599: throw unavailable
        case 400...499: throw refusal()
        case 300...399: throw malformed("a redirect, and a token endpoint must not redirect")
        default: throw malformed("a status that a token endpoint doesn't have")
        }
    }

    private func success() throws(TokenError) -> AccessToken {
        guard answer.isJSON else { throw malformed("the content type isn't JSON") }
        let success: Success
        do throws(HTTPFailure) {
            success = try answer.json()
        } catch { throw malformed(error.message) }
        // RFC 6749 App. A.12.
        guard !success.access_token.isEmpty,
            success.access_token.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { throw malformed("access_token is empty or has forbidden characters") }
        guard success.token_type.lowercased() == "bearer" else {
            throw malformed("token_type isn't Bearer")
        }
        guard success.expires_in?.count ?? 0 >= 0 else {
            throw malformed("expires_in is below zero")
        }
        // Some servers say "for ever" in seconds.
        let lifetime = success.expires_in.map { min($0.count, Int(Int32.max)) }
        return AccessToken(
            value: success.access_token, lifetime: lifetime.map { .seconds($0) },
            scope: success.scope, askedScope: askedScope, askedAt: now)
    }

    private func refusal() -> TokenError {
        guard answer.isJSON else { return malformed("a refusal whose content type isn't JSON") }
        let refusal: Refusal
        do throws(HTTPFailure) {
            refusal = try answer.json()
        } catch { return malformed(error.message) }
        guard ErrorText.isCode(refusal.error), !repeatsSecret(refusal.error) else {
            return malformed("error is empty or has forbidden characters (RFC 6749 §5.2)")
        }
        if ["temporarily_unavailable", "server_error"].contains(refusal.error) {
            return unavailable
        }
        return .refused(
            status: answer.status, error: refusal.error,
            description: refusal.error_description.map {
                ErrorText.clean($0, without: authentication.spellings)
            })
    }

    private var unavailable: TokenError {
        let wait = answer.headers["Retry-After"].flatMap { RetryAfter.parse($0, now: now) }
        return .unavailable(status: answer.status, retryAfter: wait)
    }

    private func malformed(_ reason: String) -> TokenError {
        .malformed(status: answer.status, reason: reason)
    }

    private func repeatsSecret(_ text: String) -> Bool {
        authentication.spellings.contains { !$0.isEmpty && text.contains($0) }
    }
}
