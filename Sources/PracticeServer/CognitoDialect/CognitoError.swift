import Foundation
import HTTPTypes
import Hummingbird

/// An error of Cognito's API: `{"__type","message"}`, nearly always with status 400.
struct CognitoError: Error, Sendable {
    let type: String
    let message: String
    let status: HTTPResponse.Status

    init(_ type: String, _ message: String, status: HTTPResponse.Status = .badRequest) {
        (self.type, self.message, self.status) = (type, message, status)
    }

    var response: Response {
        CognitoAdmin.reply(["__type": .string(type), "message": .string(message)], status)
    }

    static let tooManySecrets = CognitoError(
        "LimitExceededException", "Maximum number of client secrets reached.")
    static let lastSecret = CognitoError(
        "InvalidParameterException", "The last client secret of an app client can't be deleted.")
    static let rateLimited = CognitoError("TooManyRequestsException", "Too many requests")
    static let notJSON = CognitoError("SerializationException", "The request is no JSON object.")
    static let unknownOperation = CognitoError("UnknownOperationException", "")

    /// What does not fit the shapes of the API, in AWS's words.
    static func invalid(_ member: String, _ rule: String) -> CognitoError {
        CognitoError(
            "InvalidParameterException",
            "1 validation error detected: Value at '\(member)' failed to satisfy constraint: "
                + "Member must \(rule)")
    }

    static func noPool(_ id: String) -> CognitoError {
        CognitoError("ResourceNotFoundException", "User pool \(id) does not exist.")
    }

    static func noClient(_ id: String) -> CognitoError {
        CognitoError("ResourceNotFoundException", "User pool client \(id) does not exist.")
    }

    static let noSecret = CognitoError(
        "ResourceNotFoundException", "The client secret does not exist.")

    static func denied(_ keyID: String, _ operation: String) -> CognitoError {
        CognitoError(
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/\(keyID) is not authorized to perform: "
                + "cognito-idp:\(operation)")
    }
}
