import HTTPTransport
import Testing

@Suite struct FailureTests {
    let client = CurlClient()

    private func failure(_ request: HTTPRequest) async -> HTTPFailure? {
        await HTTPTransportTests.failure { () async throws(HTTPFailure) in
            try await client.send(request)
        }
    }

    @Test func `a refused connection is proved not to have sent anything`() async throws {
        let server = try RawServer { _ in .ok("") }
        let url = server.url
        server.stop()
        let why = await failure(HTTPRequest(url: url, connection: .fresh))
        #expect(why?.kind == .notSent)
    }

    @Test func `a name that doesn't resolve is proved not to have sent anything`() async {
        let why = await failure(HTTPRequest(url: "https://nobody.invalid/", deadline: .seconds(5)))
        #expect(why?.kind == .notSent)
    }

    @Test(arguments: [RawServer.Reply.reset, .hangUp, .last("HTTP/1.1 200 OK\r\nContent-Le")])
    func `a connection that breaks after the request is interrupted`(
        reply: RawServer.Reply
    ) async throws {
        let server = try RawServer { _ in reply }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(method: "POST", url: server.url))?.kind == .interrupted)
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [
        "Content-Length: 10\r\n\r\nshort", "Transfer-Encoding: chunked\r\n\r\n5\r\nsho",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
    ]) func `a body shorter than announced is interrupted`(rest: String) async throws {
        let server = try RawServer { _ in .last("HTTP/1.1 200 OK\r\n\(rest)") }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.kind == .interrupted)
    }

    @Test func `bytes that aren't HTTP are interrupted`() async throws {
        let server = try RawServer { _ in .last("SSH-2.0-OpenSSH_9.2\r\n") }
        defer { server.stop() }
        #expect(await failure(HTTPRequest(url: server.url))?.kind == .interrupted)
    }

    @Test func `the deadline ends a request that was sent as interrupted`() async throws {
        let server = try RawServer { _ in .silence }
        defer { server.stop() }
        let start = ContinuousClock.now
        let why = await failure(HTTPRequest(url: server.url, deadline: .milliseconds(200)))
        #expect(why == HTTPFailure(.interrupted, "no answer within the deadline"))
        #expect(start.duration(to: .now) >= .milliseconds(190))
    }

    @Test func `a request that waited for its turn until the deadline wasn't sent`() async throws {
        let server = try RawServer { _ in .silence }
        defer { server.stop() }
        let narrow = CurlClient(.init(connectionsPerHost: 1))
        let url = server.url
        let first = Task {
            await HTTPTransportTests.failure { () async throws(HTTPFailure) in
                try await narrow.send(HTTPRequest(url: url))
            }
        }
        #expect(await eventually { server.requests.count == 1 })
        let why = await HTTPTransportTests.failure { () async throws(HTTPFailure) in
            try await narrow.send(HTTPRequest(url: url, deadline: .milliseconds(100)))
        }
        #expect(why == HTTPFailure(.notSent, "no free connection within the deadline"))
        narrow.close()
        #expect(await first.value == HTTPFailure(.interrupted, "the client was closed"))
        #expect(server.requests.count == 1)
    }

    @Test func `a body over the cap is interrupted and says so`() async throws {
        let server = try RawServer { request in
            .ok(String(repeating: "x", count: (1 << 20) + (request.target == "/over" ? 1 : 0)))
        }
        defer { server.stop() }
        let answer = try await client.send(HTTPRequest(url: server.url + "/just"))
        #expect(answer.body.count == 1 << 20)
        let why = await failure(HTTPRequest(url: server.url + "/over"))
        #expect(
            why
                == HTTPFailure(
                    .interrupted, "the answer's body is larger than 1024 KiB", isTooLarge: true))
    }

    @Test func `headers over the cap are interrupted and say so`() async throws {
        let field = "X-Long: \(String(repeating: "x", count: 8_000))\r\n"
        let server = try RawServer { _ in .ok("", String(repeating: field, count: 9)) }
        defer { server.stop() }
        let why = await failure(HTTPRequest(url: server.url))
        #expect(why == HTTPFailure(.interrupted, "the answer's headers are larger than 64 KiB"))
    }

    @Test func `cancelling the caller ends the transfer`() async throws {
        let server = try RawServer { _ in .silence }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url)
        let caller = Task { await failure(request) }
        #expect(await eventually { server.requests.count == 1 })
        caller.cancel()
        #expect(await caller.value == HTTPFailure(.interrupted, "cancelled"))
        #expect(await eventually { server.abandoned == 1 })
    }

    @Test func `a caller that was cancelled before it asked sends nothing`() async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url)
        let caller = Task {
            while !Task.isCancelled { await Task.yield() }
            return await failure(request)
        }
        caller.cancel()
        #expect(await caller.value == HTTPFailure(.notSent, "cancelled"))
        #expect(server.requests.isEmpty)
    }
}
