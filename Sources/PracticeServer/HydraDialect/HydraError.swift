import HTTPTypes
import Hummingbird

/// An error of Hydra's admin API: `{"error","error_description","status_code"}`.
struct HydraError: Error, Sendable {
    let status: HTTPResponse.Status
    let error: String
    let text: String

    var response: Response {
        let body: [String: JSONValue] = [
            "error": .string(error), "error_description": .string(text),
            "status_code": .integer(Int64(status.code)),
        ]
        return Reply.json(JSONValue.object(body), status: status)
    }

    static let notFound = HydraError(
        status: .notFound, error: "Unable to locate the resource", text: "")
    static let invalid = HydraError(
        status: .badRequest, error: "invalid_client_metadata",
        text: "The value of one of the Client Metadata fields is invalid and the server has "
            + "rejected this request. Note that an Authorization Server MAY choose to substitute a "
            + "valid value for any requested parameter of a Client's Metadata.")

    static func unrotatable(_ method: AuthMethod) -> HydraError {
        HydraError(
            status: .badRequest, error: "invalid_request",
            text: "The client is configured to use the \"\(method.rawValue)\" authentication "
                + "method, which does not support client secret rotation.")
    }
}
