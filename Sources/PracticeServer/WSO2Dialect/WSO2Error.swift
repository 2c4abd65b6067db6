import HTTPTypes
import Hummingbird

/// An error of WSO2's application management API: `{"code","message","description","traceId"}`.
struct WSO2Error: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    let text: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, _ text: String) {
        (self.status, self.code, self.message, self.text) = (status, code, message, text)
    }

    /// Who may not call is told nothing more.
    var response: Response {
        if [.unauthorized, .forbidden].contains(status) { return Reply.empty(status) }
        let body: JSONValue = [
            "code": .string(code), "message": .string(message), "description": .string(text),
            "traceId": .string(RandomText.uuid()),
        ]
        return Reply.json(body, status: status)
    }

    static let unauthorized = WSO2Error(.unauthorized, "", "", "")
    static let forbidden = WSO2Error(.forbidden, "", "", "")
    static let limitReached = WSO2Error(
        .conflict, "APP-60513", "Client secret limit reached.",
        "The maximum number of client secrets of the application is reached.")
    static let lastSecret = WSO2Error(
        .conflict, "APP-60514", "Client secret cannot be deleted.",
        "The latest active client secret of the application cannot be deleted.")
    static let invalid = WSO2Error(
        .badRequest, "APP-60001", "Invalid request.", "The request is invalid.")
    static let past = WSO2Error(
        .badRequest, "APP-60515", "Invalid expiry time.", "The expiry time must be in the future.")

    static func notFound(_ id: String) -> WSO2Error {
        WSO2Error(.notFound, "APP-60006", "Resource not found.", "There is no \(id).")
    }
}
