import HTTPTransport
import Testing

@Suite(.serialized, .enabled(if: TLSServer.isAvailable, "openssl isn't installed here"))
struct TLSTests {
    let client = CurlClient()

    private func ask(_ server: TLSServer, caFile: String?) async -> Result<Int, HTTPFailure> {
        let request = HTTPRequest(
            url: "https://127.0.0.1:\(server.port)/", deadline: .seconds(5), caFile: caFile)
        do throws(HTTPFailure) {
            return .success(try await client.send(request).status)
        } catch { return .failure(error) }
    }

    @Test func `a server is trusted by the named authority and by no other`() async throws {
        let server = try await TLSServer(certifying: "IP:127.0.0.1")
        let other = try await TLSServer(certifying: "IP:127.0.0.1")
        defer {
            server.stop()
            other.stop()
        }
        #expect(await ask(server, caFile: server.certificate) == .success(200))
        for wrong in [nil, other.certificate] {
            guard case .failure(let why) = await ask(server, caFile: wrong) else {
                Issue.record("an untrusted certificate was accepted")
                continue
            }
            #expect(why.kind == .notSent)
            #expect(why.message.contains("certificate"))
        }
    }

    @Test func `a certificate for another host is refused`() async throws {
        let server = try await TLSServer(certifying: "DNS:example.com,IP:127.0.0.2")
        defer { server.stop() }
        guard case .failure(let why) = await ask(server, caFile: server.certificate) else {
            Issue.record("a certificate for another host was accepted")
            return
        }
        #expect(why.kind == .notSent)
    }

    @Test func `TLS before 1.2 is refused`() async throws {
        let server = try await TLSServer(
            certifying: "IP:127.0.0.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        defer { server.stop() }
        guard case .failure(let why) = await ask(server, caFile: server.certificate) else {
            Issue.record("TLS 1.1 was accepted")
            return
        }
        #expect(why.kind == .notSent)
    }
}
