import HTTPTypes
import Hummingbird

/// An error of the PingOne Platform API: `{"id","code","message","details"}`.
struct PingOneError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let message: String
    var detail: Detail?

    /// Which member of the request is wrong, and why.
    struct Detail: Sendable {
        let code: String
        let target: String
        let message: String
    }

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, _ detail: Detail? = nil)
    {
        (self.status, self.code, self.message, self.detail) = (status, code, message, detail)
    }

    var response: Response {
        var body: [String: JSONValue] = [
            "id": .string(RandomText.uuid()), "code": .string(code), "message": .string(message),
        ]
        body["details"] = detail.map { detail in
            [
                [
                    "code": .string(detail.code), "target": .string(detail.target),
                    "message": .string(detail.message),
                ]
            ]
        }
        return Reply.json(JSONValue.object(body), status: status)
    }

    static let invalidToken = PingOneError(
        .unauthorized, "INVALID_TOKEN", "The authorization token is invalid or has expired.")
    static let denied = PingOneError(
        .forbidden, "ACCESS_FAILED", "The request could not be completed. You do not have access.")
    static let notFound = PingOneError(
        .notFound, "NOT_FOUND", "Unable to find the requested resource.")
    static let notJSON = PingOneError(
        .badRequest, "INVALID_REQUEST", "The request could not be completed.")
    static let outOfRange = PingOneError(
        .badRequest, "INVALID_DATA",
        "The request could not be completed. One or more validation errors were in the request.",
        Detail(
            code: "INVALID_VALUE", target: "previous.expiresAt",
            message: "must be between 1 minute and 30 days from now"))
}
