import Foundation
import Testing

/// GitLab's rules for the secret of an instance-wide application.
struct GitLabTests {
    private let server: PracticeProcess
    private let number: String
    private let first = "first-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        number = try server.makeClient(
            #"{"dialect":"gitlab","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func admin(_ method: String, _ path: String, as token: String = "GITLAB_TOKEN") throws
        -> RawHTTP.Answer
    {
        try server.http.send(
            method, "/gitlab/api/v4/applications\(path)",
            headers: ["Authorization": "Bearer \(server.lines[token] ?? token)"])
    }

    private func isAccepted(_ secret: String) throws -> Bool {
        let answer = try server.token("/gitlab/oauth/token", "billing", secret)
        if answer.status == 200 { return true }
        #expect(answer.status == 401 && answer.json["error"] == "invalid_client")
        return false
    }

    @Test func `a renewal makes a value, shows it once, and the old one is refused`() throws {
        let renewed = try admin("POST", "/\(number)/renew-secret")
        #expect(renewed.status == 201 && renewed.json["application_id"] == "billing")
        let value = try #require(renewed.json["secret"].string)
        #expect(try isAccepted(value) && !isAccepted(first))
        let listed = try admin("GET", "").json[0]
        #expect(listed["secret"] == .null && listed["confidential"] == .bool(true))
        #expect(listed["id"] == .number(Double(number) ?? 0))
    }

    @Test func `the list comes in pages`() throws {
        for index in 1...24 {
            try server.makeClient(#"{"dialect":"gitlab","client_id":"c\#(index)"}"#)
        }
        let page = try admin("GET", "")
        #expect(page.json.array.count == 20 && page.headers["x-next-page"] == "2")
        let rest = try admin("GET", "?page=2")
        #expect(rest.json.array.count == 5 && rest.headers["x-next-page"] == "")
        #expect(try admin("GET", "?per_page=500").json.array.count == 25)
    }

    @Test func `only an administrator may, and what isn't there is not found`() throws {
        for (method, path) in [("GET", ""), ("POST", "/\(number)/renew-secret")] {
            #expect(try admin(method, path, as: "GITLAB_USER_TOKEN").status == 403)
            #expect(try admin(method, path, as: "none").status == 401)
        }
        #expect(try admin("POST", "/0/renew-secret").json["message"] == "404 Application Not Found")
        #expect(try admin("POST", "/billing/renew-secret").status == 400)
        #expect(try admin("POST", "/\(number)/elsewhere").status == 404)
        #expect(try isAccepted(first))
    }
}
