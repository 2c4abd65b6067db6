import HTTPTypes
import Hummingbird

/// An error of PingFederate's administrative API: `{"resultId","message","validationErrors"}`.
struct PingFederateError: Error, Sendable {
    let status: HTTPResponse.Status
    let id: String
    let message: String
    /// What is wrong with a member, and where it is.
    var invalid: (path: String, reason: String)?

    init(_ status: HTTPResponse.Status, _ id: String, _ message: String) {
        (self.status, self.id, self.message) = (status, id, message)
    }

    var response: Response {
        if status == .badRequest { return Reply.empty(status) }
        var body: [String: JSONValue] = ["resultId": .string(id), "message": .string(message)]
        if let (path, reason) = invalid {
            body["validationErrors"] = [
                [
                    "errorId": "invalid_field", "message": .string(reason),
                    "fieldPath": .string(path),
                ]
            ]
        }
        return Reply.json(JSONValue.object(body), status: status)
    }

    static let malformed = PingFederateError(.badRequest, "", "")
    static let unauthorized = PingFederateError(
        .unauthorized, "invalid_credentials", "The credentials you provided were not recognized.")
    static let forbidden = PingFederateError(
        .forbidden, "insufficient_permissions", "You do not have the role that this call needs.")
    static let forged = PingFederateError(
        .forbidden, "invalid_xsrf_token", "The request header X-XSRF-Header is missing.")

    static func notFound(_ what: String) -> PingFederateError {
        PingFederateError(.notFound, "resource_not_found", "The \(what) was not found.")
    }

    static func invalid(_ path: String, _ reason: String) -> PingFederateError {
        var error = PingFederateError(
            .unprocessableContent, "validation_error",
            "Validation error(s) occurred. Please review the error(s) and address accordingly.")
        error.invalid = (path, reason)
        return error
    }
}
