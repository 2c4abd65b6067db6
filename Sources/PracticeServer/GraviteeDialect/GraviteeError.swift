import HTTPTypes
import Hummingbird

/// An error of Gravitee's management API: `{"message","http_status"}`.
struct GraviteeError: Error, Sendable {
    let status: HTTPResponse.Status
    let message: String

    init(_ status: HTTPResponse.Status, _ message: String) {
        (self.status, self.message) = (status, message)
    }

    var response: Response {
        let body: JSONValue = [
            "message": .string(message), "http_status": .integer(Int64(status.code)),
        ]
        return Reply.json(body, status: status)
    }

    static let unauthorized = GraviteeError(.unauthorized, "Unauthorized")
    static let denied = GraviteeError(.forbidden, "Permission denied")
    static let invalid = GraviteeError(.badRequest, "[name: must not be empty]")
    static let lastSecret = GraviteeError(.badRequest, "Cannot remove last secret")
    static let tooManySecrets = GraviteeError(
        .conflict,
        "Too many Client Secrets. Cannot create more than \(GraviteeSecret.limit) secrets")

    static func nameTaken(_ name: String) -> GraviteeError {
        GraviteeError(.badRequest, "Secret with description \(name) already exists")
    }

    static func noSecret(_ id: String) -> GraviteeError {
        GraviteeError(.notFound, "Secret [\(id)] can not be found.")
    }

    static func noApplication(_ id: String) -> GraviteeError {
        GraviteeError(.notFound, "Application [\(id)] can not be found.")
    }

    static func noDomain(_ id: String) -> GraviteeError {
        GraviteeError(.notFound, "Domain [\(id)] can not be found.")
    }
}
