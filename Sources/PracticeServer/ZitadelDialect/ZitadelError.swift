import HTTPTypes
import Hummingbird

/// An error of Zitadel's services behind its gateway: `{"code","message"}`, the code gRPC's.
struct ZitadelError: Error, Sendable {
    let status: HTTPResponse.Status
    let code: Int64
    let message: String

    init(_ status: HTTPResponse.Status, _ code: Int64, _ message: String) {
        (self.status, self.code, self.message) = (status, code, message)
    }

    var response: Response {
        Reply.json(
            JSONValue.object(["code": .integer(code), "message": .string(message)]),
            status: status)
    }

    static let badToken = ZitadelError(.unauthorized, 16, "invalid token")
    static let denied = ZitadelError(
        .forbidden, 7, "No matching permissions found (AUTH-5mWD2)")
    static let invalid = ZitadelError(.badRequest, 3, "proto: syntax error")
    static let noUser = ZitadelError.notFound("User could not be found (COMMAND-x8910n)")

    static func notFound(_ message: String) -> ZitadelError {
        ZitadelError(.notFound, 5, message)
    }
}
