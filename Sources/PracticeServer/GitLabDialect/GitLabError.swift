import HTTPTypes
import Hummingbird

/// An error of GitLab's REST API: `{"message"}` or, of what isn't there, `{"error"}`.
struct GitLabError: Error, Sendable {
    let status: HTTPResponse.Status
    let member: String
    let text: String

    init(_ status: HTTPResponse.Status, _ text: String, in member: String = "message") {
        (self.status, self.member, self.text) = (status, member, text)
    }

    var response: Response { Reply.json([member: text], status: status) }

    static let unauthorized = GitLabError(.unauthorized, "401 Unauthorized")
    static let forbidden = GitLabError(.forbidden, "403 Forbidden")
    static let noApplication = GitLabError(.notFound, "404 Application Not Found")
    static let noPage = GitLabError(.notFound, "404 Not Found", in: "error")
    static let badID = GitLabError(.badRequest, "id is invalid", in: "error")
}
