import Glibc
import HTTPTransport
import Testing

@Suite struct ExchangeTests {
    /// On a busy machine more than the usual seconds can pass between two requests.
    let client = CurlClient(.init(idleSeconds: 600))

    @Test func `a request arrives as it was made and nothing is added that matters`() async throws {
        let server = try RawServer { _ in .ok("hello", "X-Trace: one\r\nx-trace: two\r\n") }
        defer { server.stop() }
        var request = HTTPRequest(
            method: "POST", url: server.url + "/token?x=1", headers: ["Content-Type": "text/plain"],
            body: Array("body".utf8))
        request.headers["X-Empty"] = ""
        let answer = try await client.send(request)

        #expect(answer.status == 200)
        #expect(answer.body == Array("hello".utf8))
        #expect(answer.headers["X-TRACE"] == "one")
        #expect(answer.headers.values(of: "x-trace") == ["one", "two"])
        let seen = try #require(server.requests.first)
        #expect(seen.method == "POST" && seen.target == "/token?x=1")
        #expect(seen.body == Array("body".utf8))
        #expect(
            Set(seen.headers.keys) == [
                "host", "user-agent", "accept", "content-type", "content-length", "x-empty",
            ])
        #expect(seen.headers["user-agent"] == "holdover")
    }

    @Test(arguments: [
        ("GET", nil, nil), ("DELETE", nil, nil), ("POST", nil, "0"), ("PUT", nil, "0"),
        ("PATCH", "x", "1"), ("DELETE", "xy", "2"),
    ]) func `methods carry a length where they carry a body`(
        method: String, body: String?, length: String?
    ) async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        let request = HTTPRequest(
            method: method, url: server.url, body: body.map { Array($0.utf8) })
        #expect(try await client.send(request).status == 200)
        let seen = try #require(server.requests.first)
        #expect(seen.method == method)
        #expect(seen.headers["content-length"] == length)
        #expect(seen.headers["content-type"] == nil)
        #expect(String(decoding: seen.body, as: UTF8.self) == body ?? "")
    }

    @Test func `kept connections are used again`() async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        for _ in 1...5 { _ = try await client.send(HTTPRequest(url: server.url)) }
        #expect(server.requests.map(\.connection) == [1, 1, 1, 1, 1])
    }

    @Test func `fresh requests have a connection each and leave none behind`() async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        for _ in 1...3 {
            _ = try await client.send(HTTPRequest(url: server.url, connection: .fresh))
        }
        _ = try await client.send(HTTPRequest(url: server.url))
        #expect(server.requests.map(\.connection) == [1, 2, 3, 4])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is an answer and is not followed`(status: Int) async throws {
        let server = try RawServer { _ in
            .raw("HTTP/1.1 \(status) Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let answer = try await client.send(HTTPRequest(url: server.url))
        #expect(answer.status == status)
        #expect(answer.headers["location"] == "/other")
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect to another host takes no secret there`(status: Int) async throws {
        let other = try RawServer { _ in .ok("") }
        defer { other.stop() }
        let place = other.url
        let server = try RawServer { _ in
            .raw("HTTP/1.1 \(status) Moved\r\nLocation: \(place)/\r\nContent-Length: 0\r\n\r\n")
        }
        defer { server.stop() }
        let request = HTTPRequest(
            method: "POST", url: server.url, headers: ["Authorization": "Basic c2VjcmV0"],
            body: Array("client_secret=x".utf8))
        #expect(try await client.send(request).status == status)
        #expect(other.requests.isEmpty)
    }

    @Test func `a packed body stays packed`() async throws {
        // A kilobyte of these can be a gigabyte of zeros; nobody asked for it, so it is just bytes.
        let server = try RawServer { _ in .ok("\u{1F}packed", "Content-Encoding: gzip\r\n") }
        defer { server.stop() }
        #expect(
            try await client.send(HTTPRequest(url: server.url)).body == Array("\u{1F}packed".utf8))
        #expect(server.requests.first?.headers["accept-encoding"] == nil)
    }

    @Test func `proxies of the environment are ignored`() async throws {
        let proxy = try RawServer { _ in .ok("proxy") }
        defer { proxy.stop() }
        let server = try RawServer { _ in .ok("server") }
        defer { server.stop() }
        let names = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        for name in names { setenv(name, proxy.url, 1) }
        defer { for name in names { unsetenv(name) } }
        let answer = try await client.send(HTTPRequest(url: server.url, connection: .fresh))
        #expect(answer.body == Array("server".utf8))
        #expect(proxy.requests.isEmpty)
    }

    @Test func `an interim answer and trailers don't mix with the headers`() async throws {
        let server = try RawServer { _ in
            .raw(
                """
                HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: yes\r
                Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Trailer: yes\r\n\r\n
                """)
        }
        defer { server.stop() }
        let answer = try await client.send(HTTPRequest(url: server.url))
        #expect(answer.headers["x-late"] == "yes")
        #expect(answer.headers["x-early"] == nil)
        #expect(answer.headers["x-trailer"] == nil)
        #expect(answer.body == Array("ab".utf8))
    }

    @Test func `two hundred callers each get their own answer`() async throws {
        let server = try RawServer { .ok($0.target) }
        defer { server.stop() }
        let url = server.url
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...200 {
                group.addTask { [client] in
                    let answer = try await client.send(HTTPRequest(url: "\(url)/\(number)"))
                    return answer.body == Array("/\(number)".utf8)
                }
            }
            for try await isOwn in group { #expect(isOwn) }
        }
        #expect(server.requests.count == 200)
        #expect(Set(server.requests.map(\.connection)).count <= 64)
    }

    @Test func `JSON is read or the place that can't be is named`() async throws {
        struct Reply: Decodable { let items: [Item] }
        struct Item: Decodable { let id: Int }
        let good = HTTPResponse(status: 200, body: Array(#"{"items":[{"id":7}]}"#.utf8))
        #expect(try good.json(Reply.self).items.map(\.id) == [7])
        let bad = HTTPResponse(status: 200, body: Array(#"{"items":[{"id":"s3cret"}]}"#.utf8))
        let why = await failure { () async throws(HTTPFailure) in try bad.json(Reply.self) }
        #expect(why == HTTPFailure(.interrupted, "items.[0].id isn't Int in the answer"))
        let html = HTTPResponse(status: 200, body: Array("<html>".utf8))
        let other = await failure { () async throws(HTTPFailure) in try html.json(Reply.self) }
        #expect(other?.message == "the answer isn't JSON")
    }

    @Test func `printing and dumping show no value`() {
        let headers: HTTPHeaders = ["Authorization": "Basic s3cret"]
        let request = HTTPRequest(
            url: "https://a.test/x?k=s3cret", headers: headers, body: Array("s3cret".utf8))
        let answer = HTTPResponse(status: 200, headers: headers, body: Array("s3cret".utf8))
        var text = "\(request) \(answer) \(headers) \(headers.fields)"
        dump(request, to: &text)
        dump(answer, to: &text)
        dump(headers, to: &text)
        #expect(!text.contains("s3cret") && !text.contains("115"))
        #expect(text.contains("GET https://a.test/x"))
    }
}
