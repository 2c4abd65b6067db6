import HTTPTransport
import Testing

/// A server that answers the first request of each connection and, upon the second, hangs up: what
/// a kept connection looks like when the server restarts or its idle limit has just passed.
@Suite struct DeadConnectionTests {
    /// On a busy machine more than the usual seconds can pass between two requests.
    let client = CurlClient(.init(idleSeconds: 600))

    private func server(_ end: RawServer.Reply) throws -> RawServer {
        try RawServer { $0.number == 1 ? .ok("first") : end }
    }

    @Test(arguments: [RawServer.Reply.hangUp, .reset])
    func `a mutation on a dead kept connection leaves exactly once`(
        end: RawServer.Reply
    ) async throws {
        let server = try server(end)
        defer { server.stop() }
        let request = HTTPRequest(
            method: "POST", url: server.url, body: Array("mint".utf8), attempts: .one)
        _ = try await client.send(request)
        let why = await failure { () async throws(HTTPFailure) in try await client.send(request) }
        #expect(why?.kind == .interrupted)
        // libcurl had opened connection 2 for the second copy; nothing ever came through it. The
        // third request arrives after anything that might have.
        _ = try await client.send(request)
        #expect(server.requests.map(\.connection) == [1, 1, 3])
    }

    @Test(arguments: [RawServer.Reply.hangUp, .reset])
    func `a repeatable request on a dead kept connection leaves once more`(
        end: RawServer.Reply
    ) async throws {
        let server = try server(end)
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, attempts: .repeatable)
        _ = try await client.send(request)
        let answer = try await client.send(request)
        #expect(answer.body == Array("first".utf8))
        #expect(server.requests.map(\.connection) == [1, 1, 2])
    }

    @Test func `a fresh mutation never meets a dead connection`() async throws {
        let server = try server(.hangUp)
        defer { server.stop() }
        let request = HTTPRequest(method: "POST", url: server.url, connection: .fresh)
        for _ in 1...3 { #expect(try await client.send(request).status == 200) }
        #expect(server.requests.map(\.connection) == [1, 2, 3])
    }
}
