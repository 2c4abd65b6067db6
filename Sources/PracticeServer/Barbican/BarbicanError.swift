import HTTPTypes
import Hummingbird

/// An error of Barbican: `{"code","title","description"}`.
struct BarbicanError: Error, Sendable {
    let status: HTTPResponse.Status
    let description: String

    init(_ status: HTTPResponse.Status, _ description: String) {
        (self.status, self.description) = (status, description)
    }

    var response: Response {
        Reply.json(
            [
                "code": .integer(Int64(status.code)), "title": .string(status.reasonPhrase),
                "description": .string(description),
            ] as JSONValue, status: status)
    }

    /// What Keystone's gate in front of it says to who isn't known.
    static func unauthorized(_ base: String) -> Response {
        var response = KeystoneService.refusal(.unauthorized)
        response.headers[.wwwAuthenticate] =
            "Keystone uri=\"\(base)\(KeystoneService.mount)/v3\""
        return response
    }

    static func forbidden(_ what: String) -> BarbicanError {
        BarbicanError(
            .forbidden, "\(what) attempt not allowed - please review your user/project privileges")
    }

    static func schema(_ reason: String, _ property: String) -> BarbicanError {
        BarbicanError(
            .badRequest,
            "Provided object does not match schema 'Secret': \(reason). Invalid property: "
                + "'\(property)'")
    }

    static let notFound = BarbicanError(.notFound, "Not Found. Provided secret id is invalid.")
    static let noPayload = BarbicanError(
        .notFound, "Not Found. Sorry but your secret has no payload.")
    static let badQuery = BarbicanError(
        .badRequest, "URI provided invalid query string parameters.")
    static let tooLarge = BarbicanError(
        .contentTooLarge, "Provided information too large to process")
    static let quotaReached = BarbicanError(
        .forbidden, "Creation not allowed because a quota has been reached")

    /// Barbican has no limits of its own; what stands in front of it may have.
    static func throttled(_ wait: Int?) -> Response {
        var response = BarbicanError(.tooManyRequests, "Too Many Requests").response
        if let wait { response.headers[.retryAfter] = "\(wait)" }
        return response
    }
}
