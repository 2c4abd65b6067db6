import Foundation
import Testing

/// Authlete's rules for the secret of a client.
struct AuthleteTests {
    private let server: PracticeProcess
    private let number: String
    private let first = "first-secret-0123456789"
    private let second = "second-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        number = try server.makeClient(
            #"{"dialect":"authlete","client_id":"billing","secret":"\#(first)"}"#)
    }

    private func admin(
        _ method: String, _ path: String, _ body: String? = nil, as token: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, "/authlete/api/\(server.lines["AUTHLETE_SERVICE"] ?? "")/\(path)",
            headers: [
                "Authorization": "Bearer \(token ?? server.lines["AUTHLETE_TOKEN"] ?? "")",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func put(_ secret: String, of id: String = "billing") throws -> RawHTTP.Answer {
        try admin("POST", "client/secret/update/\(id)", #"{"clientSecret":"\#(secret)"}"#)
    }

    private func isAccepted(_ secret: String) throws -> Bool {
        let answer = try server.token("/authlete/as/api/token", "billing", secret)
        if answer.status == 200 { return true }
        #expect(answer.status == 401 && answer.json["error"] == "invalid_client")
        return false
    }

    @Test func `a chosen secret takes the place of the old one, and both are told`() throws {
        for id in ["billing", number] {
            let answer = try put(second, of: id)
            #expect(answer.status == 200 && answer.json["newClientSecret"].string == second)
            #expect(answer.json["oldClientSecret"].string == (id == number ? second : first))
        }
        #expect(try isAccepted(second) && !isAccepted(first))
        let client = try admin("GET", "client/get/billing").json
        #expect(client["clientSecret"].string == second)
        #expect(client["clientId"] == .number(Double(number) ?? 0))
    }

    @Test func `a refresh makes a value, though it is a GET`() throws {
        let answer = try admin("GET", "client/secret/refresh/billing")
        let value = try #require(answer.json["newClientSecret"].string)
        #expect(value.count == 86)
        #expect(try isAccepted(value) && !isAccepted(first))
    }

    @Test func `only who may, at a client that there is, with a value that fits`() throws {
        for bad in [String(repeating: "x", count: 87), "", "a+b"] {
            #expect(try put(bad).status == 400, "\(bad)")
        }
        #expect(try put(second, of: "nobody").status == 404)
        let lesser = server.lines["AUTHLETE_LESSER_TOKEN"] ?? ""
        #expect(try admin("GET", "client/get/billing", as: lesser).status == 403)
        #expect(try admin("GET", "client/get/billing", as: "none").status == 401)
        #expect(try isAccepted(first))
    }

    @Test func `the service knows the token endpoint of the server in front of it`() throws {
        let service = try admin("GET", "service/get").json
        #expect(service["tokenEndpoint"].string == server.lines["AUTHLETE_TOKEN_ENDPOINT"])
    }
}
