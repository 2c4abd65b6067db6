import HTTPTypes
import Hummingbird

/// An error of Keycloak's admin API: `{"error": …}` or `{"errorMessage": …}`.
struct KeycloakError: Error, Sendable {
    let status: HTTPResponse.Status
    let body: JSONValue

    var response: Response { Reply.json(body, status: status) }

    static let unauthorized = KeycloakError(
        status: .unauthorized, body: ["error": "HTTP 401 Unauthorized"])
    static let forbidden = KeycloakError(
        status: .forbidden, body: ["error": "HTTP 403 Forbidden"])
    static let realmNotFound = KeycloakError(
        status: .notFound, body: ["error": "Realm not found."])
    static let clientNotFound = KeycloakError(
        status: .notFound, body: ["error": "Could not find client"])
    static let noRotatedSecret = KeycloakError(
        status: .notFound, body: ["error": "Client does not have a rotated secret"])
    static let notJSON = KeycloakError(
        status: .badRequest, body: ["error": "unknown_error"])
    /// The words for an executor that the server does not know or can't configure.
    static let invalidProfile = KeycloakError(
        status: .badRequest,
        body: [
            "errorMessage": .string(
                "proposed client profile contains the executor, which does not have valid "
                    + "provider, or has invalid configuration.")
        ])
    static let invalidPolicy = KeycloakError(
        status: .badRequest,
        body: [
            "errorMessage": .string(
                "proposed client policy contains the condition, which does not have valid "
                    + "provider, or has invalid configuration.")
        ])
    static let unknownProfile = KeycloakError(
        status: .badRequest,
        body: ["errorMessage": "referring not existing client profile not allowed"])
}
