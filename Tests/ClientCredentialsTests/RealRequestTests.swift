import ClientCredentials
import HTTPTransport
import Testing

@Suite struct RealRequestTests {
    private let http = CurlClient()

    private func ask(_ port: UInt16) async -> Result<String, TokenError> {
        do throws(TokenError) {
            let token = try await TokenEndpoint(url: "http://127.0.0.1:\(port)/token").requestToken(
                as: .basic(id: "app", secret: "a b"), through: http, connection: .fresh)
            return .success(token.value)
        } catch { return .failure(error) }
    }

    private func answer(_ line: String, _ body: String) -> String {
        "HTTP/1.1 \(line)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n"
            + "\r\n\(body)"
    }

    @Test func `a token comes over a socket`() async throws {
        let server = try OneAnswerServer(
            answer("200 OK", #"{"access_token":"t","token_type":"Bearer"}"#))
        defer { server.stop() }
        #expect(await ask(server.port) == .success("t"))
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /token HTTP/1.1\r\n"))
        // printf 'app:a+b' | base64
        #expect(request.contains("Authorization: Basic YXBwOmErYg==\r\n"))
    }

    @Test func `a refusal comes over a socket`() async throws {
        let server = try OneAnswerServer(
            answer("401 Unauthorized", #"{"error":"invalid_client"}"#))
        defer { server.stop() }
        #expect(
            await ask(server.port)
                == .failure(.refused(status: 401, error: "invalid_client", description: nil)))
    }

    @Test func `a server that isn't there and one that hangs up are told apart`() async throws {
        let server = try OneAnswerServer("")
        guard case .failure(.noAnswer(let cut)) = await ask(server.port) else {
            Issue.record("no answer was taken for one")
            return
        }
        #expect(cut.kind == .interrupted)
        server.stop()
        guard case .failure(.noAnswer(let refused)) = await ask(server.port) else {
            Issue.record("no server was taken for one")
            return
        }
        #expect(refused.kind == .notSent)
    }
}
