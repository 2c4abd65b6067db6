import HTTPTypes
import Hummingbird

/// An error of authentik's API: `{"detail"}`, or a list of reasons for each member.
struct AuthentikError: Error, Sendable {
    let status: HTTPResponse.Status
    let body: JSONValue

    var response: Response { Reply.json(body, status: status) }

    /// Who isn't known is forbidden, not unauthorized: the scheme has no challenge.
    static let badToken = AuthentikError(
        status: .forbidden, body: ["detail": "Token invalid/expired"])
    static let noToken = AuthentikError(
        status: .forbidden, body: ["detail": "Authentication credentials were not provided."])
    static let denied = AuthentikError(
        status: .forbidden,
        body: ["detail": "You do not have permission to perform this action."])
    static let notFound = AuthentikError(
        status: .notFound, body: ["detail": "No OAuth2Provider matches the given query."])

    static func invalid(_ member: String, _ reason: String) -> AuthentikError {
        AuthentikError(status: .badRequest, body: .object([member: [.string(reason)]]))
    }
}
