import HTTPTypes
import Hummingbird

/// An error of Logto's management API: `{"message","code"}`.
struct LogtoError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    var response: Response {
        Reply.json(["message": message, "code": code], status: status)
    }

    static let unauthorized = LogtoError(
        .unauthorized, "auth.unauthorized",
        "Unauthorized. Please check credentials and its scope.")
    static let forbidden = LogtoError(
        .forbidden, "auth.forbidden", "Forbidden. Please check your user roles and permissions.")
    static let nameTaken = LogtoError(
        .unprocessableContent, "application.secret_name_taken",
        "The secret name is already in use.")
    static let invalid = LogtoError(.badRequest, "guard.invalid_input", "The request is invalid.")

    static func notFound(_ id: String) -> LogtoError {
        LogtoError(
            .notFound, "entity.not_exists_with_id", "The entity with ID \(id) does not exist.")
    }
}
