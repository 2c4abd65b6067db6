import HTTPTypes
import Hummingbird

/// An error of Auth0's Management API: `{"statusCode","error","message","errorCode"}`.
struct Auth0Error: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String?
    let message: String

    init(_ status: HTTPResponse.Status, _ code: String?, _ message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    var response: Response {
        var body: [String: JSONValue] = [
            "statusCode": .integer(Int64(status.code)), "error": .string(status.reasonPhrase),
            "message": .string(message),
        ]
        body["errorCode"] = code.map(JSONValue.string)
        return Reply.json(JSONValue.object(body), status: status)
    }

    static let unauthorized = Auth0Error(.unauthorized, nil, "Invalid token")
    static let tooMany = Auth0Error(
        .tooManyRequests, "too_many_requests", "Global limit has been reached")
    static let noClient = Auth0Error(.notFound, "inexistent_client", "The client does not exist")
    static let notJSON = Auth0Error(
        .badRequest, "invalid_body", "Payload validation error: 'Expected type object'.")
    static let hasKeys = Auth0Error(
        .badRequest, "invalid_body",
        "Clients with client_authentication_methods have no client_secret")

    static func notFound(_ what: String) -> Auth0Error {
        Auth0Error(.notFound, nil, "There is no such \(what)")
    }

    static func insufficientScope(_ scopes: [String]) -> Auth0Error {
        Auth0Error(
            .forbidden, "insufficient_scope",
            "Insufficient scope, expected any of: \(scopes.joined(separator: ","))")
    }

    static func unreadable(_ field: String) -> Auth0Error {
        Auth0Error(
            .forbidden, "insufficient_scope", "You cannot read the following fields: \(field)")
    }

    static func invalid(_ field: String) -> Auth0Error {
        Auth0Error(
            .badRequest, "invalid_body",
            "Payload validation error: 'String does not match pattern' on property \(field).")
    }
}
