import HTTPTypes
import Hummingbird

/// An error of the Authlete API: `{"resultCode","resultMessage"}`, the code in the message too.
struct AuthleteError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let text: String

    init(_ status: HTTPResponse.Status, _ code: String, _ text: String) {
        (self.status, self.code, self.text) = (status, code, text)
    }

    var response: Response {
        Reply.json(["resultCode": code, "resultMessage": "[\(code)] \(text)"], status: status)
    }

    static let unauthorized = AuthleteError(
        .unauthorized, "A458101", "Authentication failed.")
    static let denied = AuthleteError(
        .forbidden, "A458104", "The access token does not have the privilege.")
    static let noClient = AuthleteError(.notFound, "A039205", "There is no such client.")
    static let noPage = AuthleteError(.notFound, "A001101", "There is no such API.")
    static let invalid = AuthleteError(
        .badRequest, "A039203", "The value of clientSecret is invalid.")
}
