import Foundation
import HTTPTypes
import Hummingbird

/// An error of Okta's management API: `{errorCode, errorSummary, errorLink, errorId, errorCauses}`.
///
/// Texts from the examples of okta-management-openapi-spec 2026.06.3.
struct OktaError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: String
    let summary: String
    var causes: [String] = []

    private struct Wire: Encodable {
        struct Cause: Encodable { let errorSummary: String }

        let errorCode: String
        let errorSummary: String
        let errorLink: String
        let errorId: String
        let errorCauses: [Cause]
    }

    var response: Response {
        Reply.json(
            Wire(
                errorCode: code, errorSummary: summary, errorLink: code,
                errorId: "oae" + RandomText.alphanumeric(22),
                errorCauses: causes.map(Wire.Cause.init)),
            status: status)
    }

    func response(rate: RateWindow.Reading) -> Response {
        var response = response
        response.headers.setOktaRate(rate)
        return response
    }
}

extension OktaError {
    static let invalidToken = OktaError(
        status: .unauthorized, code: "E0000011", summary: "Invalid token provided")
    static let accessDenied = OktaError(
        status: .forbidden, code: "E0000006",
        summary: "You do not have permission to perform the requested action")
    static let rateLimited = OktaError(
        status: .tooManyRequests, code: "E0000047",
        summary: "API call exceeded rate limit due to too many requests.")
    static let notJSON = OktaError(
        status: .badRequest, code: "E0000003", summary: "The request body was not well-formed.")
    static let methodNotAllowed = OktaError(
        status: .methodNotAllowed, code: "E0000022",
        summary: "The endpoint does not support the provided HTTP method")

    static func notFound(_ what: String) -> OktaError {
        OktaError(status: .notFound, code: "E0000007", summary: "Not found: \(what)")
    }

    static let tooManySecrets = secretObject(
        "You've reached the maximum number of client secrets per client.")
    static let deleteActive = secretObject(
        "You can't delete an active client secret. Deactivate the secret before deleting it.")
    static let deactivateOnlyActive = secretObject(
        "You can't deactivate the only active client secret.")

    static func secretValue(_ cause: String) -> OktaError {
        validation("client_secret", cause)
    }

    private static func secretObject(_ cause: String) -> OktaError {
        validation("OAuth2ClientSecretMediated", cause)
    }

    static func validation(_ what: String, _ cause: String) -> OktaError {
        OktaError(
            status: .badRequest, code: "E0000001", summary: "Api validation failed: \(what)",
            causes: [cause])
    }
}

extension HTTPFields {
    /// The three headers that Okta puts on every answer of the management API.
    mutating func setOktaRate(_ rate: RateWindow.Reading) {
        let values = [
            "X-Rate-Limit-Limit": "\(rate.limit)",
            "X-Rate-Limit-Remaining": "\(rate.remaining)",
            "X-Rate-Limit-Reset": "\(rate.reset)",
        ]
        for (name, value) in values {
            if let name = HTTPField.Name(name) { self[name] = value }
        }
    }
}
