import HTTPTypes
import Hummingbird

/// An error of UAA's client endpoints: `{"error","error_description"}`; none where there is no such
/// client.
enum UAAError: Error, Sendable {
    case unauthorized, insufficientScope, noSuchClient, invalid, twoSecrets, oneSecret

    var response: Response {
        switch self {
        case .unauthorized:
            Self.reply(
                .unauthorized, "unauthorized",
                "Full authentication is required to access this resource")
        case .insufficientScope:
            Self.reply(
                .forbidden, "insufficient_scope", "Insufficient scope for this resource")
        case .noSuchClient: Reply.empty(.notFound)
        case .invalid:
            Self.reply(.badRequest, "invalid_client", "The request is invalid.")
        case .twoSecrets:
            Self.reply(
                .badRequest, "invalid_client",
                "client secret is either empty or client already has two secrets.")
        case .oneSecret:
            Self.reply(
                .badRequest, "invalid_client",
                "client secret is either empty or client has only one secret.")
        }
    }

    private static func reply(_ status: HTTPResponse.Status, _ error: String, _ text: String)
        -> Response
    {
        Reply.json(["error": error, "error_description": text], status: status)
    }
}
