import Foundation
import Testing

/// Auth0's rules for the one secret of a client.
struct Auth0Tests {
    private let server: PracticeProcess
    private let token: String
    private let first = "first-secret-0123456789"
    private let second = "second-secret-0123456789"

    init() throws {
        server = try PracticeProcess()
        try server.makeClient(#"{"dialect":"auth0","client_id":"billing","secret":"\#(first)"}"#)
        token = try Self.token(
            server, ["read:client_keys", "read:clients", "update:clients", "update:client_keys"])
    }

    /// A token of an admin that was given these scopes.
    private static func token(_ server: PracticeProcess, _ scopes: [String]) throws -> String {
        let id = "admin-\(UUID().uuidString)"
        let list = scopes.map { "\"\($0)\"" }.joined(separator: ",")
        try server.makeClient(
            #"{"dialect":"auth0","client_id":"\#(id)","secret":"\#(id)","scopes":[\#(list)]}"#)
        let answer = try server.token(
            "/auth0/oauth/token", id, id,
            form: "grant_type=client_credentials&audience=https%3A%2F%2Fx%2Fapi%2Fv2%2F")
        return try #require(answer.json["access_token"].string, "\(answer.text)")
    }

    private func admin(
        _ method: String, _ more: String = "", _ body: String? = nil, of id: String = "billing",
        as token: String? = nil
    ) throws -> RawHTTP.Answer {
        try server.http.send(
            method, "/auth0/api/v2/clients/\(id)\(more)",
            headers: [
                "Authorization": "Bearer \(token ?? self.token)",
                "Content-Type": "application/json",
            ], body: body)
    }

    private func put(_ secret: String) throws -> RawHTTP.Answer {
        try admin("PATCH", "", #"{"client_secret":"\#(secret)"}"#)
    }

    private func isAccepted(_ secret: String) throws -> Bool {
        let answer = try server.token("/auth0/oauth/token", "billing", secret)
        if answer.status == 200 { return true }
        #expect(answer.status == 401 && answer.json["error"] == "access_denied")
        return false
    }

    @Test func `a chosen secret takes the place of the old one, and is shown again`() throws {
        #expect(try admin("GET").json["client_secret"].string == first)
        #expect(try put(second).json["client_secret"].string == second)
        #expect(try isAccepted(second) && !isAccepted(first))
        #expect(try admin("GET").json["client_secret"].string == second)
        #expect(try put(first).status == 200)
        #expect(try isAccepted(first) && !isAccepted(second))
    }

    @Test func `setting the same value again changes nothing`() throws {
        for _ in 1...2 { #expect(try put(second).status == 200) }
        #expect(try isAccepted(second))
    }

    @Test func `a rotation makes a value, and the old one is refused`() throws {
        let made = try admin("POST", "/rotate-secret")
        let value = try #require(made.json["client_secret"].string)
        #expect(try isAccepted(value) && !isAccepted(first))
    }

    @Test func `while a change spreads either may be taken`() throws {
        #expect(
            try server.control("PUT", "settings", #"{"propagation_ms":60000}"#).status == 200)
        #expect(try put(second).status == 200)
        #expect(try isAccepted(first) && !isAccepted(second))
        #expect(
            try server.control("PUT", "settings", #"{"clock_offset_ms":61000}"#).status == 200)
        #expect(try isAccepted(second) && !isAccepted(first))
    }

    @Test func `only named fields are shown, and no secret without the right to it`() throws {
        let named = try admin("GET", "?fields=client_id,client_secret&include_fields=true").json
        #expect(Set(named.object.keys) == ["client_id", "client_secret"])
        let reader = try Self.token(server, ["read:clients"])
        #expect(try admin("GET", as: reader).json["client_secret"] == .null)
        let refused = try admin("GET", "?fields=client_secret&include_fields=true", as: reader)
        #expect(refused.status == 403)
    }

    @Test func `a secret is set by who may, at a client that has one, in characters that fit`()
        throws
    {
        let writer = try Self.token(server, ["update:clients"])
        let body = #"{"client_secret":"\#(second)"}"#
        #expect(try admin("PATCH", "", body, as: writer).status == 403)
        #expect(try admin("PATCH", "", body, as: "none").status == 401)
        #expect(try admin("PATCH", "", body, of: "nobody").status == 404)
        for bad in ["short", "spaces are not taken", "\u{e9}0123456789abcdef"] {
            #expect(try put(bad).status == 400, "\(bad)")
        }
        try server.makeClient(
            #"{"dialect":"auth0","client_id":"signer","auth_method":"client_secret_jwt"}"#)
        #expect(try admin("PATCH", "", body, of: "signer").status == 400)
        #expect(try admin("POST", "/rotate-secret", of: "signer").status == 400)
        #expect(try isAccepted(first))
    }

    @Test func `an unknown audience is refused`() throws {
        let refused = try server.token(
            "/auth0/oauth/token", "billing", first,
            form: "grant_type=client_credentials&audience=elsewhere")
        #expect(refused.status == 403 && refused.json["error"] == "access_denied")
    }

    @Test func `a client's grants are told to who may read them, page by page`() throws {
        try server.makeClient(
            #"{"dialect":"auth0","client_id":"wide","scopes":["a"],"grants":["read:users"]}"#)
        let reader = try Self.token(server, ["read:client_grants"])
        func grants(_ query: String, as token: String) throws -> RawHTTP.Answer {
            try server.http.send(
                "GET", "/auth0/api/v2/client-grants?\(query)",
                headers: ["Authorization": "Bearer \(token)"])
        }
        #expect(try grants("client_id=wide", as: token).json["errorCode"] == "insufficient_scope")
        #expect(try grants("client_id=wide", as: "none").status == 401)
        let all = try grants("client_id=wide", as: reader).json.array
        #expect(all.map { $0["scope"].array } == [["a"], ["read:users"]])
        let second = try grants("client_id=wide&per_page=1&page=1", as: reader).json.array
        #expect(second.map { $0["scope"].array } == [["read:users"]])
        #expect(try grants("client_id=nobody", as: reader).json.array == [])
        #expect(try grants("client_id=wide&per_page=101", as: reader).status == 400)
    }

    @Test(.enabled(if: Contract.auth0 != nil, "the vendors' contracts are absent"))
    func `answers fit Auth0's contract`() throws {
        let contract = try #require(Contract.auth0)
        let name = "/api/v2/clients/{id}"
        #expect(contract.problems(try admin("GET"), to: "GET", name) == [])
        #expect(contract.problems(try put(second), to: "PATCH", name) == [])
        #expect(contract.problems(try put("short"), to: "PATCH", name) == [])
        #expect(contract.problems(try admin("GET", of: "nobody"), to: "GET", name) == [])
        #expect(contract.problems(try admin("GET", as: "none"), to: "GET", name) == [])
        #expect(
            contract.problems(
                try admin("POST", "/rotate-secret"), to: "POST", "\(name)/rotate-secret") == [])
    }
}
