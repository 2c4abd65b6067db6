import Glibc
import Testing

@testable import HTTPTransport

@Suite struct RefusalTests {
    let client = CurlClient()

    @Test(arguments: [
        "http://example.com/", "http://localhost/", "http://10.0.0.1/", "http://128.0.0.1/",
        "http://[::2]/", "http://127.0.0.1.example.com/", "http://[::ffff:127.0.0.1]/",
        "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "example.com", "/path", "",
        "https://me@example.com/", "https://me:secret@example.com/", "https://@example.com/",
        "https://exa mple.com/", "https://example.com/\r\nX: y", "https://",
        "https://example.com:99999/", "https://169.254.169.254/", "https://[fe80::1]/",
        "https://[fd00:ec2::254]/", "https://0xa9fea9fe/", "https://2852039166/",
        "https://0251.0376.0251.0376/", "https://100.100.100.200/", "https://[::ffff:a9fe:a9fe]/",
    ]) func `a URL that breaks the rules is never asked`(url: String) async throws {
        let why = await failure { () async throws(HTTPFailure) in
            try await client.send(HTTPRequest(url: url, deadline: .seconds(2)))
        }
        #expect(why?.kind == .notSent)
        #expect(why?.message.contains("secret") == false)
        #expect(throws: try #require(why)) { try HTTPRequest(url: url).assertPermitted() }
    }

    @Test(arguments: ["https://example.com/", "http://127.0.0.1:1/", "http://[::1]/a?b"])
    func `a URL that keeps the rules is known without asking`(url: String) throws {
        try HTTPRequest(url: url).assertPermitted()
    }

    @Test(arguments: [
        "169.254.0.1", "169.254.169.254", "[fe80::1%25eth0]", "fe80::1%eth0", "febf::1",
        "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.100.100.200",
    ]) func `addresses of the machine's own surroundings are closed`(address: String) {
        #expect(ClosedAddress.contains(address))
    }

    @Test(arguments: [
        "169.253.1.1", "127.0.0.1", "::1", "10.0.0.1", "fd00:ec2::253", "fec0::1", "2001:db8::1",
        "100.100.100.201", "169.254.example.com", "metadata", "",
    ]) func `other addresses and all names are open`(address: String) {
        #expect(!ClosedAddress.contains(address))
    }

    @Test func `another spelling of a loopback address is fine`() async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        for host in ["127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433"] {
            let request = HTTPRequest(url: "http://\(host):\(server.port)/")
            #expect(try await client.send(request).status == 200)
        }
    }

    @Test(arguments: [
        ("X Y", "v"), ("", "v"), ("X:", "v"), ("X", "a\r\nInjected: b"), ("X", "a\nb"),
        ("X", "a\0b"),
        ("Transfer-Encoding", "chunked"), ("content-length", "3"), ("Expect", "100-continue"),
        ("Connection", "close"),
    ]) func `a header that could become two isn't sent`(name: String, value: String) async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        let headers = HTTPHeaders([.init(name: name, value: value)])
        let why = await failure { () async throws(HTTPFailure) in
            try await client.send(HTTPRequest(url: server.url, headers: headers))
        }
        #expect(why?.kind == .notSent)
        #expect(why?.message.contains(value) == false)
        #expect(server.requests.isEmpty)
    }

    @Test func `a method that isn't a token isn't sent`() async {
        let why = await failure { () async throws(HTTPFailure) in
            try await client.send(
                HTTPRequest(method: "GET / HTTP/1.1\r\nX:", url: "http://127.0.0.1/"))
        }
        #expect(why?.kind == .notSent)
    }

    @Test func `a closed client sends nothing`() async throws {
        let server = try RawServer { _ in .ok("") }
        defer { server.stop() }
        let client = CurlClient()
        _ = try await client.send(HTTPRequest(url: server.url))
        client.close()
        client.close()
        let why = await failure { () async throws(HTTPFailure) in
            try await client.send(HTTPRequest(url: server.url))
        }
        #expect(why == HTTPFailure(.notSent, "the client was closed"))
        #expect(server.requests.count == 1)
    }

    @Test func `an authority file that isn't there is no reason to trust anybody`() async {
        let request = HTTPRequest(
            url: "https://127.0.0.1:9/", deadline: .seconds(2), caFile: "/nonexistent/ca.pem")
        let why = await failure { () async throws(HTTPFailure) in try await client.send(request) }
        #expect(why?.kind == .notSent)
    }
}
