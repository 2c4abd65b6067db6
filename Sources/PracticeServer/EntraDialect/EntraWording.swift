import Foundation
import HTTPTypes

/// Entra's refusals: a number, and a text that begins with it.
struct EntraWording {
    static let wording: TokenWording = {
        let badSecret = error(
            "invalid_client", 7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the "
                + "client secret value, not the client secret ID, for a secret added to the app.",
            .unauthorized)
        return TokenWording(
            missingGrant: error(
                "invalid_request", 900_144,
                "The request body must contain the following parameter: 'grant_type'."),
            unsupportedGrant: error(
                "unsupported_grant_type", 70_003, "The app requested an unsupported grant type."),
            noClient: error(
                "invalid_request", 900_144,
                "The request body must contain the following parameter: 'client_id'."),
            noSecret: error(
                "invalid_client", 7_000_218,
                "The request body must contain the following parameter: 'client_assertion' or "
                    + "'client_secret'.", .unauthorized),
            unknownClient: error(
                "unauthorized_client", 700_016,
                "Application with the identifier was not found in the directory."),
            badSecret: badSecret, wrongMethod: badSecret)
    }()

    static func error(
        _ error: String, _ number: Int, _ text: String, _ status: HTTPResponse.Status = .badRequest
    ) -> TokenError {
        var refusal = TokenError(error, "AADSTS\(number): \(text)", status: status)
        refusal.aadsts = number
        return refusal
    }

    /// What stands beside `error` and `error_description`.
    static func members(of number: Int) -> [String: JSONValue] {
        [
            "error_codes": [.integer(Int64(number))],
            "timestamp": .string(Milliseconds.systemNow().iso8601),
            "trace_id": .string(RandomText.uuid()),
            "correlation_id": .string(RandomText.uuid()),
            "error_uri": .string("https://login.microsoftonline.com/error?code=\(number)"),
        ]
    }
}
