import HTTPTypes
import Hummingbird

/// An error of a token endpoint (RFC 6749 §5.2).
struct TokenError: Error, Sendable {
    let status: HTTPResponse.Status
    let error: String
    let text: String
    /// Okta words an unknown client as an error of its management API.
    var isManagementShaped = false
    /// Entra's number of the error, and what goes with it.
    var aadsts: Int?

    init(
        _ error: String, _ text: String, status: HTTPResponse.Status = .badRequest,
        isManagementShaped: Bool = false
    ) {
        self.status = status
        self.error = error
        self.text = text
        self.isManagementShaped = isManagementShaped
    }

    private var body: JSONValue {
        var plain: [String: JSONValue] = ["error": .string(error)]
        // Cognito gives no description.
        if !text.isEmpty { plain["error_description"] = .string(text) }
        guard let aadsts else { return .object(plain) }
        let more = EntraWording.members(of: aadsts)
        return .object(plain.merging(more) { plain, _ in plain })
    }

    /// The answer; `basicRealm` names the realm to a client that tried Basic.
    func response(basicRealm: String?) -> Response {
        var response =
            isManagementShaped
            ? OktaError(status: status, code: error, summary: text).response
            : Reply.json(body, status: status)
        response.headers.setUncached()
        if status == .unauthorized, let basicRealm {
            response.headers[.wwwAuthenticate] = "Basic realm=\"\(basicRealm)\""
        }
        return response
    }
}

extension HTTPFields {
    /// What RFC 6749 §5.1 wants on every answer that may hold a token.
    mutating func setUncached() {
        self[.cacheControl] = "no-store"
        if let pragma = HTTPField.Name("Pragma") { self[pragma] = "no-cache" }
    }
}
