import HTTPTypes
import Hummingbird

/// An error of Salesforce's Connect API: a list of `{"errorCode","message"}`.
struct SalesforceError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    var response: Response {
        let body: JSONValue = [["errorCode": .string(code), "message": .string(message)]]
        return Reply.json(body, status: status)
    }

    static let invalidSession = SalesforceError(
        .unauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
    static let denied = SalesforceError(
        .forbidden, "INSUFFICIENT_ACCESS", "You do not have access to this resource")
    static let notFound = SalesforceError(
        .notFound, "NOT_FOUND", "The requested resource does not exist")
    static let malformed = SalesforceError(
        .badRequest, "JSON_PARSER_ERROR", "The request body can't be read")
    static let staged = SalesforceError(
        .badRequest, "INVALID_OPERATION", "The consumer has staged credentials already")
    static let rotated = SalesforceError(
        .badRequest, "INVALID_OPERATION", "The staged credentials are rotated already")
}
