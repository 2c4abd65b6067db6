import Foundation
import HTTPTypes
import Hummingbird

/// An error of an AWS service that speaks JSON: `{"__type","message"}`, nearly always with status
/// 400.
struct AWSError: Error, Sendable {
    let type: String
    let message: String
    let status: HTTPResponse.Status

    init(_ type: String, _ message: String, status: HTTPResponse.Status = .badRequest) {
        (self.type, self.message, self.status) = (type, message, status)
    }

    var response: Response {
        Self.reply(["__type": .string(type), "message": .string(message)], status)
    }

    /// What requests and answers are.
    static let contentType = "application/x-amz-json-1.1"

    /// Any answer, of the type that the services give it.
    static func reply(_ members: [String: JSONValue], _ status: HTTPResponse.Status) -> Response {
        var response = Reply.json(JSONValue.object(members), status: status)
        response.headers[.contentType] = contentType
        return response
    }

    static let notJSON = AWSError("SerializationException", "The request is no JSON object.")
    static let unknownOperation = AWSError("UnknownOperationException", "")
    static let throttled = AWSError("ThrottlingException", "Rate exceeded")

    /// What does not fit the shapes of the API, in AWS's words.
    static func invalid(_ member: String, _ rule: String, type: String = "ValidationException")
        -> AWSError
    {
        AWSError(
            type,
            "1 validation error detected: Value at '\(member)' failed to satisfy constraint: "
                + "Member must \(rule)")
    }

    static func denied(_ keyID: String, _ action: String) -> AWSError {
        AWSError(
            "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/\(keyID) is not authorized to perform: \(action)")
    }
}
