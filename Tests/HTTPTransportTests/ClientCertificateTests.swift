import HTTPTransport
import Testing

@Suite(.serialized, .enabled(if: PeerServer.isAvailable, "openssl or python3 isn't there"))
struct ClientCertificateTests {
    let client = CurlClient()

    /// Whom the server saw, and on which connection.
    private func ask(_ server: PeerServer, _ name: String?, key: String? = nil, _ path: String = "")
        async throws -> (peer: String, connection: String)
    {
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/\(path)", deadline: .seconds(20),
            caFile: server.path("ca.pem"), certificate: try name.map { try server.client($0, key) })
        let body = try await client.send(request).body
        let words = String(decoding: body, as: UTF8.self).split(separator: " ").map(String.init)
        return (words[0], words[1])
    }

    @Test func `a connection is for one certificate, and what is kept is kept for it`()
        async throws
    {
        let server = try await PeerServer()
        defer { server.stop() }
        var connections: [String: Set<String>] = [:]
        for name in ["one", nil, "two", "one", nil, "two", "two", "one"] {
            let (peer, connection) = try await ask(server, name)
            #expect(peer == name ?? "nobody")
            connections[peer, default: []].insert(connection)
        }
        #expect(connections.count == 3)
        #expect(connections.values.allSatisfy { $0.count == 1 })
        #expect(Set(connections.values.joined()).count == 3)
    }

    @Test func `a session is resumed for its certificate only`() async throws {
        let server = try await PeerServer()
        defer { server.stop() }
        for name in ["one", "two", nil, "one", nil, "two"] {
            #expect(try await ask(server, name, "last").peer == name ?? "nobody")
        }
    }

    @Test func `many at once are kept apart`() async throws {
        let server = try await PeerServer()
        defer { server.stop() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let name = ["one", "two", nil][number % 3]
                    let peer = try await ask(server, name).peer
                    #expect(peer == name ?? "nobody")
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(arguments: [("one", "two"), ("one", "locked"), ("one", "absent"), ("ca", "one")])
    func `a key that doesn't fit, or is locked, sends nothing`(name: String, key: String)
        async throws
    {
        let server = try await PeerServer()
        defer { server.stop() }
        // With and without a kept connection that was made with the right one.
        for _ in 1...2 {
            let failure = await #expect(throws: HTTPFailure.self) {
                _ = try await ask(server, name, key: key)
            }
            #expect(failure?.kind == .notSent)
            #expect(try await ask(server, "one").peer == "one")
        }
    }

    @Test func `a certificate needs https, and is never shown`() async throws {
        let certificate = ClientCertificate(chain: Array("chain".utf8), key: Array("key".utf8))
        let request = HTTPRequest(url: "http://127.0.0.1:9/", certificate: certificate)
        let failure = await #expect(throws: HTTPFailure.self) {
            _ = try await client.send(request)
        }
        #expect(failure == HTTPFailure(.notSent, "a client certificate needs https"))
        var dumped = ""
        dump(certificate, to: &dumped)
        #expect("\(certificate)" == "<client certificate>" && !dumped.contains("107"))
    }
}
