import Foundation
import Testing

/// What goes wrong on purpose, as a client sees it and as it really is.
struct FaultTests {
    let server: PracticeProcess
    let app: String

    init() throws {
        server = try PracticeProcess()
        app = try server.makeClient(
            #"{"dialect":"okta","client_id":"billing","secret":"first-secret-0123456789"}"#)
    }

    private func plant(_ kind: String, _ more: String = "") throws {
        let answer = try server.control(
            "POST", "faults",
            """
            {"match":{"method":"POST","path":"/api/v1/apps/[^/]+/credentials/secrets"},\
            "times":1,"kind":"\(kind)"\(more)}
            """)
        #expect(answer.status == 201)
    }

    private func create() throws -> RawHTTP.Answer {
        try server.okta("POST", "\(app)/credentials/secrets", "{}")
    }

    private func count() throws -> Int {
        try server.okta("GET", "\(app)/credentials/secrets").json.array.count
    }

    @Test func `a lost answer is an empty reply, and the effect happened`() throws {
        try plant("lost_answer")
        #expect(throws: RawHTTP.Cut.emptyReply) { try create() }
        #expect(try count() == 2)
    }

    @Test func `a refused connection is reset, and nothing happened`() throws {
        try plant("refuse_connection_reset")
        #expect(throws: RawHTTP.Cut.reset) { try create() }
        #expect(try count() == 1)
    }

    @Test(arguments: [500, 502, 503])
    func `an error after the effect hides it`(status: Int) throws {
        try plant("error_after_effect", #","status":\#(status)"#)
        #expect(try create().status == status)
        #expect(try count() == 2)
    }

    @Test func `an error before the effect prevents it, and only once`() throws {
        try plant("error_before_effect", #","status":503"#)
        #expect(try create().status == 503)
        #expect(try count() == 1)
        #expect(try create().status == 201)
    }

    @Test func `a limit is worded like the vendor's`() throws {
        try plant("limit")
        let refused = try create()
        #expect(refused.status == 400)
        #expect(
            refused.json["errorCauses"][0]["errorSummary"]
                == "You've reached the maximum number of client secrets per client.")
        #expect(try count() == 1)
    }

    @Test func `a rate limit has the dialect's own headers`() throws {
        try plant("rate_limit", #","retry_after":7"#)
        let okta = try create()
        #expect(okta.status == 429)
        #expect(okta.headers["x-rate-limit-remaining"] == "0")
        #expect(okta.headers["retry-after"] == nil)
        try server.control(
            "POST", "faults",
            #"{"match":{"dialect":"keycloak"},"times":1,"kind":"rate_limit","retry_after":7}"#)
        let keycloak = try server.token(Path.keycloak, "x", "y")
        #expect(keycloak.status == 429)
        #expect(keycloak.headers["retry-after"] == "7")
    }

    @Test(arguments: [(0.0, 0...0), (0.5, 60...140), (1.0, 200...200)])
    func `a share of what it matches is met`(share: Double, failed: ClosedRange<Int>) throws {
        try server.control(
            "POST", "faults",
            #"{"match":{"dialect":"keycloak"},"kind":"error_before_effect","share":\#(share)}"#)
        let statuses = try (1...200).map { _ in try server.token(Path.keycloak, "x", "y").status }
        #expect(failed.contains(statuses.count { $0 == 500 }))
    }

    @Test(arguments: [("before", 1), ("after", 2)])
    func `a page instead of JSON comes before or after the effect`(
        when: String, secrets: Int
    ) throws {
        try plant("html", #","when":"\#(when)""#)
        let answer = try create()
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasPrefix("text/html") == true)
        #expect(try count() == secrets)
    }

    @Test func `a slow answer takes its time`() throws {
        try plant("slow", #","ms":150,"when":"after""#)
        let start = ContinuousClock.now
        #expect(try create().status == 201)
        #expect(ContinuousClock.now - start >= .milliseconds(150))
    }

    @Test func `a fault counts down, goes on for ever, and can be removed`() throws {
        try server.control(
            "POST", "faults",
            #"{"match":{"prefix":"/oauth2"},"times":"forever","#
                + #""kind":"error_before_effect","status":502}"#
        )
        for _ in 1...3 {
            let status = try server.token(Path.okta, "billing", "first-secret-0123456789").status
            #expect(status == 502)
        }
        #expect(try server.control("DELETE", "faults").status == 204)
        #expect(try server.token(Path.okta, "billing", "first-secret-0123456789").status == 200)
    }

    @Test func `a lost answer on the token endpoint cuts it too`() throws {
        try server.control(
            "POST", "faults", #"{"match":{"path":"/oauth2/.*"},"times":1,"kind":"lost_answer"}"#)
        #expect(throws: RawHTTP.Cut.emptyReply) {
            try server.token(Path.okta, "billing", "first-secret-0123456789")
        }
        #expect(try server.control("GET", "log?client=billing").json.array.count == 1)
    }

    @Test func `a fault that makes no sense is refused`() throws {
        for fault in [
            #"{"kind":"explode","match":{}}"#, #"{"kind":"slow","match":{},"times":0}"#,
            #"{"kind":"html","match":{"path":"("}}"#,
            #"{"kind":"limit","match":{"dialect":"keycloak"}}"#, "not json",
        ] {
            #expect(try server.control("POST", "faults", fault).status == 400, "\(fault)")
        }
    }
}
