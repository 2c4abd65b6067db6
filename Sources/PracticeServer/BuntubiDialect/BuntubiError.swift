import HTTPTypes
import Hummingbird

/// An error of buntubi's developer API: a code, and words where the token is to blame.
struct BuntubiError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    var words: String?

    var response: Response {
        var body: [String: JSONValue] = ["error": .string(code)]
        body["error_description"] = words.map(JSONValue.string)
        return Reply.json(body, status: status)
    }

    static let notFound = BuntubiError(status: .notFound, code: "not_found")
    static let noToken = BuntubiError(
        status: .unauthorized, code: "missing_authorization",
        words: "Missing 'Authorization' in headers.")
    static let invalidToken = BuntubiError(
        status: .unauthorized, code: "invalid_token",
        words: "The access token provided is expired, revoked, malformed, or invalid for other "
            + "reasons.")
}
