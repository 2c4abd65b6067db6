import HTTPTypes
import Hummingbird

/// An error of a Google API: `{"error":{"code","message","status","details"}}` (AIP-193).
struct GoogleError: Error, Sendable {
    let http: HTTPResponse.Status
    /// The name of the canonical code, such as `NOT_FOUND`.
    let status: String
    let message: String
    /// Why, where an `ErrorInfo` says so.
    var reason: String?

    init(_ http: HTTPResponse.Status, _ status: String, _ message: String, reason: String? = nil) {
        (self.http, self.status, self.message, self.reason) = (http, status, message, reason)
    }

    var response: Response {
        var error: [String: JSONValue] = [
            "code": .integer(Int64(http.code)), "message": .string(message),
            "status": .string(status),
        ]
        if let reason {
            error["details"] = [
                [
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                    "reason": .string(reason), "domain": "googleapis.com",
                ]
            ]
        }
        return Reply.json(["error": JSONValue.object(error)], status: http)
    }

    static let unauthenticated = GoogleError(
        .unauthorized, "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token.")
    static let notDisabled = GoogleError(
        .badRequest, "FAILED_PRECONDITION", "The credential must be disabled before it is deleted.")
    /// The number that Google allows is not published, and neither is what it says then.
    static let tooMany = GoogleError(
        .tooManyRequests, "RESOURCE_EXHAUSTED", "Too many credentials of the OAuth client.")
    static let rateLimited = GoogleError(
        .tooManyRequests, "RESOURCE_EXHAUSTED", "Quota exceeded for write requests per minute.",
        reason: "RATE_LIMIT_EXCEEDED")
    static let exists = GoogleError(
        .conflict, "ALREADY_EXISTS", "Requested entity already exists")
    static let notFound = GoogleError(.notFound, "NOT_FOUND", "Requested entity was not found.")

    static func invalid(_ what: String) -> GoogleError {
        GoogleError(.badRequest, "INVALID_ARGUMENT", "Invalid \(what).")
    }

    static func denied(_ permission: String) -> GoogleError {
        GoogleError(
            .forbidden, "PERMISSION_DENIED",
            "Permission '\(permission)' denied on resource (or it may not exist).")
    }
}
