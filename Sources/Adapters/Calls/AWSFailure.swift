import HTTPTransport
import RotationCore

/// An error of an AWS service that speaks JSON: `{"__type","message"}`.
///
/// Its type says what it is; nearly all of them come with status 400.
struct AWSFailure: Sendable {
    /// Without the name space in front.
    let type: String
    let message: String

    /// Nil where the answer has no type, and so comes from something else.
    init?(_ response: HTTPResponse) {
        struct Body: Decodable {
            let type: String?
            let message: String?
            let Message: String?

            enum CodingKeys: String, CodingKey {
                case type = "__type"
                case message, Message
            }
        }
        let body = try? response.json(Body.self)
        guard let named = body?.type ?? response.headers["X-Amzn-ErrorType"] else { return nil }
        // `com.amazonaws.service#Name` in the body, `Name:address` in the field.
        let name = named.split(separator: "#").last ?? named[...]
        type = String(name.prefix { $0 != ":" })
        message = body?.message ?? body?.Message ?? ""
    }

    /// Type and message, for people.
    var words: String {
        // Shortened, since a long word is left out of messages: it could be a secret.
        let name = type.hasSuffix("Exception") ? String(type.dropLast(9)) : type
        return message.isEmpty ? name : "\(name): \(message)"
    }

    /// What it proves of a call; nil where that depends on the operation.
    func verdict(_ effect: CallEffect, _ headers: HTTPHeaders)
        -> (kind: AdapterError.Kind, code: String)?
    {
        switch type {
        case "TooManyRequestsException", "ThrottlingException", "Throttling",
            "ThrottledException", "RequestLimitExceeded", "RequestThrottled":
            return (.unavailable(retryAfter: CallOutcome.retryAfter(headers)), "rate-limited")
        case "AccessDeniedException", "AccessDenied", "NotAuthorizedException":
            return (.unauthorized, "forbidden")
        case "UnrecognizedClientException", "InvalidSignatureException", "SignatureDoesNotMatch",
            "MissingAuthenticationTokenException", "MissingAuthenticationToken",
            "IncompleteSignatureException", "IncompleteSignature", "InvalidClientTokenId",
            "ExpiredTokenException", "ExpiredToken", "RequestExpired", "OptInRequired":
            return (.unauthorized, "unauthorized")
        case "ResourceNotFoundException": return (.missing, "not-found")
        case "InternalServerException", "InternalErrorException", "InternalFailure",
            "InternalServerError", "InternalServiceError", "ServiceUnavailable",
            "ServiceUnavailableException":
            return (effect.doubt, "server-error")
        case "ConcurrentModificationException":
            // Somebody else's change was under way; whether ours came to anything isn't said.
            return (effect == .creation ? .unknown : .conflict, "conflict")
        default: return nil
        }
    }
}

extension AWSFailure {
    /// A right to a key of the Key Management Service that is missing, told from others.
    static func keyRule(_ failure: AWSFailure) -> (kind: AdapterError.Kind, code: String)? {
        // The last is the sentence of a key that is in the way of reading, which names no right.
        let signs = ["KMS", "kms:", "customer master key"]
        guard ["AccessDeniedException", "AccessDenied"].contains(failure.type),
            signs.contains(where: failure.message.contains)
        else { return nil }
        return (.unauthorized, "kms-forbidden")
    }
}
