import HTTPTypes
import Hummingbird

/// An error of Microsoft Graph: `{"error":{"code","message","innerError"}}`.
struct EntraError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    var response: Response {
        let body: JSONValue = [
            "error": [
                "code": .string(code), "message": .string(message),
                "innerError": [
                    "date": .string(Milliseconds.systemNow().iso8601),
                    "request-id": .string(RandomText.uuid()),
                    "client-request-id": .string(RandomText.uuid()),
                ],
            ]
        ]
        return Reply.json(body, status: status)
    }

    static let invalidToken = EntraError(
        .unauthorized, "InvalidAuthenticationToken", "Access token is empty or invalid.")
    static let denied = EntraError(
        .forbidden, "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.")
    /// What reports say, in other words than the rest of Graph.
    static let notForReports = EntraError(
        .forbidden, "Authentication_MSGraphPermissionMissing",
        "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to "
            + "call this API. For more information about Microsoft Graph permissions, please visit "
            + "https://aka.ms/graph-permissions")
    static let notPremium = EntraError(
        .forbidden, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license")
    static let badFilter = EntraError(.badRequest, "BadRequest", "Invalid filter clause")
    /// The number that a real tenant allows is not published.
    static let tooManySecrets = EntraError(
        .badRequest, "Request_BadRequest", "Too many passwords on the application.")
    static let noSuchKey = EntraError(
        .badRequest, "Request_BadRequest", "No password credential found with keyId.")
    static let valueGiven = EntraError(
        .badRequest, "Request_BadRequest",
        "The secretText and keyId of a password credential are made by the server.")
    static let notJSON = EntraError(
        .badRequest, "BadRequest", "Unable to read JSON request payload.")

    static func notFound(_ name: String) -> EntraError {
        EntraError(
            .notFound, "Request_ResourceNotFound",
            "Resource '\(name)' does not exist or one of its queried reference-property objects "
                + "are not present.")
    }
}
